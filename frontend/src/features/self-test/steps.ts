/** What the self-test does: the ordinary work of the app, through its ordinary API, and nothing left behind. */
import type { Chain } from "@/features/self-test/runner";
import { api, reach, unwrap } from "@/shared/api/client";
import { ApiRequest } from "@/shared/api/place";
import { ApiProblem, problemFromError } from "@/shared/api/problem";
import { uploadToS3, type PresignedPost } from "@/shared/api/upload";
import { problems } from "@/texts/problems";
import { texts } from "@/texts/self-test";

const PATIENCE_MS = 20_000;
const FILE_BYTES = 64 * 1024;
const CONTENT_TYPE = "text/plain";

/** A step that hangs is a step that failed. */
function soon(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}

/** A new run of all steps; `name` tells what it made from what others did. */
export function selfTestSteps(name: string): Chain[] {
  return [itemSteps(name), fileSteps(name), mailSteps(name)];
}

function itemSteps(title: string): Chain {
  const draft = { title, description: texts.description };
  let id: string | undefined;
  let lost = false;

  /** The one that was made although its answer never arrived. */
  async function findLost(): Promise<string | undefined> {
    const found = await unwrap(api.GET("/api/items", { params: { query: { q: title } }, signal: soon() }));
    return found.items.find((item) => item.title === title)?.id;
  }

  return [
    {
      name: texts.written,
      run: async () => {
        const item = await unwrap(api.POST("/api/items", { body: draft, signal: soon() })).catch((error: unknown) => {
          lost = mayHaveBeenMade(error);
          throw error;
        });
        id = item.id;
        return texts.row;
      },
    },
    {
      name: texts.readBack,
      run: async () => {
        const item = await unwrap(api.GET("/api/items/{item_id}", { params: itemPath(id), signal: soon() }));
        if (item.title !== title || item.description !== draft.description) {
          throw new Error(texts.differs);
        }
        return texts.same;
      },
    },
    {
      name: texts.itemDeleted,
      needed: () => id !== undefined || lost,
      run: async () => {
        id ??= await findLost();
        if (id === undefined) return texts.none;
        await unwrap(api.DELETE("/api/items/{item_id}", { params: itemPath(id), signal: soon() }));
        return texts.gone;
      },
    },
  ];
}

/** No answer arrived, or only that of something before the API: the API may have done it all the same. */
function mayHaveBeenMade(error: unknown): boolean {
  return !(error instanceof ApiProblem) || [0, 502, 504].includes(error.status);
}

function fileSteps(name: string): Chain {
  const bytes = crypto.getRandomValues(new Uint8Array(FILE_BYTES));
  const file = new File([bytes], `${name}.txt`, { type: CONTENT_TYPE });
  let id: string | undefined;
  let post: PresignedPost | undefined;
  let received: Uint8Array | undefined;

  return [
    {
      name: texts.permitted,
      run: async () => {
        const body = { name: file.name, content_type: CONTENT_TYPE, size: file.size };
        const ticket = await unwrap(api.POST("/api/files", { body, signal: soon() }));
        id = ticket.file.id;
        post = ticket.upload;
        return texts.ticket;
      },
    },
    {
      name: texts.uploaded,
      run: async () => {
        await uploadToS3(made(post), file, { signal: soon() });
        return texts.straight(file.size);
      },
    },
    {
      name: texts.downloaded,
      run: async () => {
        received = await download(made(id));
        return texts.presigned;
      },
    },
    {
      name: texts.compared,
      run: () => {
        const got = made(received);
        if (got.length !== bytes.length || got.some((byte, index) => byte !== bytes[index])) {
          return Promise.reject(new Error(texts.otherBytes(got.length)));
        }
        return Promise.resolve(texts.everyByte);
      },
    },
    {
      name: texts.fileDeleted,
      needed: () => id !== undefined,
      run: async () => {
        await unwrap(api.DELETE("/api/files/{file_id}", { params: { path: { file_id: made(id) } }, signal: soon() }));
        return texts.gone;
      },
    },
  ];
}

function mailSteps(name: string): Chain {
  return [
    {
      name: texts.sent,
      run: async () => {
        await unwrap(api.POST("/api/mail", { body: { subject: name, text: texts.mail }, signal: soon() }));
        return texts.toAddress;
      },
    },
  ];
}

/** The browser follows the API's redirect to the bucket, as for a person's download. */
async function download(id: string): Promise<Uint8Array> {
  try {
    const response = await reach(new ApiRequest(`/api/files/${id}/download`, { cache: "no-store", signal: soon() }));
    if (!response.ok) throw new ApiProblem(problems.storageAnswered(response.status), { status: response.status });
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw problemFromError(error);
  }
}

function itemPath(id: string | undefined) {
  return { path: { item_id: made(id) } };
}

/** What an earlier step of the chain made; the runner skips the later ones when it did not. */
function made<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error(texts.nothingMade);
  return value;
}
