import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { contentType, reasonToRefuse } from "@/features/files/limits";
import { FILES_KEY, uploadLimitsQuery, type StoredFile } from "@/features/files/queries";
import { UploadQueue } from "@/features/files/upload-queue";
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem } from "@/shared/api/problem";
import { notifyDone } from "@/shared/notices";
import { texts } from "@/texts/files";
import { uploadToS3 } from "@/shared/api/upload";

export interface Upload {
  id: number;
  file: File;
  /** The stored file that it is a new version of. */
  replaces?: StoredFile | undefined;
  /** The part that has been sent, from 0 to 1; undefined while it waits for its turn. */
  fraction?: number;
  error?: Error;
}

/** Uploads waiting, under way and failed; one that is done leaves, and the list of files shows it. */
export function useUploads() {
  const client = useQueryClient();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const nextId = useRef(0);
  const [queue] = useState(() => new UploadQueue());

  useEffect(
    () => () => {
      queue.cancelAll();
    },
    [queue],
  );

  function patch(id: number, change: Partial<Upload>) {
    setUploads((current) => current.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  /** Files may be chosen before the limits are there: they wait for them. */
  async function admit(file: File) {
    const reason = reasonToRefuse(file, await client.query(uploadLimitsQuery));
    if (reason) throw new ApiProblem(texts.refused, { status: 422, detail: reason });
  }

  /** Cancels the upload, or dismisses its error. */
  function remove(id: number) {
    queue.cancel(id);
    setUploads((current) => current.filter((upload) => upload.id !== id));
  }

  async function run({ id, file, replaces }: Upload) {
    try {
      await queue.run(
        id,
        () => admit(file),
        (signal) =>
          send({ file, replaces }, signal, (fraction) => {
            patch(id, { fraction });
          }),
      );
      await client.invalidateQueries({ queryKey: FILES_KEY });
      notifyDone(replaces ? texts.replaced(replaces.name) : texts.uploaded(file.name));
      remove(id);
    } catch (error) {
      // A cancelled one has left the list, so that this finds nothing to change.
      patch(id, { error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  function start(files: Iterable<File>, replaces?: StoredFile) {
    const added = Array.from(files, (file): Upload => ({ id: nextId.current++, file, replaces }));
    setUploads((current) => [...current, ...added]);
    for (const upload of added) void run(upload);
  }

  /** Sends a file that failed once more. */
  function retry(id: number) {
    const again = uploads.find((upload) => upload.id === id);
    if (!again) return;
    remove(id);
    start([again.file], again.replaces);
  }

  return { uploads, start, remove, retry };
}

type Sent = Pick<Upload, "file" | "replaces">;

async function send({ file, replaces }: Sent, signal: AbortSignal, onProgress: (fraction: number) => void) {
  onProgress(0);
  const bytes = { content_type: contentType(file), size: file.size };
  const { upload } = await unwrap(
    replaces
      ? api.POST("/api/files/{file_id}/versions", { params: { path: { file_id: replaces.id } }, body: bytes, signal })
      : api.POST("/api/files", { body: { name: file.name, ...bytes }, signal }),
  );
  await uploadToS3(upload, file, { signal, onProgress });
}
