/** Uploads straight to S3 with a presigned POST: the file's bytes never pass the API. */
import { ApiProblem } from "@/shared/api/problem";
import { problems as texts } from "@/texts/problems";

export interface PresignedPost {
  url: string;
  fields: Record<string, string>;
}

export interface UploadOptions {
  /** Called with the part that has left the browser, from 0 to 1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/** Resolves when S3 has stored the file. XMLHttpRequest, because fetch reports no upload progress. */
export function uploadToS3(post: PresignedPost, file: File, { onProgress, signal }: UploadOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted());
      return;
    }
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(problemFromS3(request.status, request.responseText));
    });
    request.addEventListener("error", () => {
      reject(
        new ApiProblem(texts.storageBroke, {
          status: 0,
          detail: texts.storageBrokeDetail,
        }),
      );
    });
    request.addEventListener("abort", () => {
      reject(aborted());
    });
    signal?.addEventListener("abort", () => {
      request.abort();
    });
    request.open("POST", post.url);
    request.send(formOf(post, file));
  });
}

/** The policy's fields, then the file: S3 ignores every field that follows it. */
export function formOf(post: PresignedPost, file: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(post.fields)) form.append(name, value);
  form.append("file", file);
  return form;
}

export function problemFromS3(status: number, body: string): ApiProblem {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? "";
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? `${texts.storageAnswered(status)}.`;
  return new ApiProblem(texts.storageRefused, { status, detail: texts.s3[code] ?? message });
}

function aborted(): DOMException {
  return new DOMException(texts.uploadCancelled, "AbortError");
}
