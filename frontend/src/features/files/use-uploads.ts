import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { contentType, reasonToRefuse } from "@/features/files/limits";
import { FILES_KEY, type UploadLimits } from "@/features/files/queries";
import { uploadToS3 } from "@/shared/api/upload";
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem } from "@/shared/api/problem";

export interface Upload {
  id: number;
  file: File;
  /** The part that has been sent, from 0 to 1. */
  fraction: number;
  error?: Error;
}

/** Uploads under way and those that failed; one that is done leaves, and the list of files shows it. */
export function useUploads() {
  const client = useQueryClient();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const nextId = useRef(0);
  const controllers = useRef(new Map<number, AbortController>());

  useEffect(() => {
    const running = controllers.current;
    return () => {
      for (const controller of running.values()) controller.abort();
    };
  }, []);

  function patch(id: number, change: Partial<Upload>) {
    setUploads((current) => current.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  /** Cancels the upload, or dismisses its error. */
  function remove(id: number) {
    controllers.current.get(id)?.abort();
    controllers.current.delete(id);
    setUploads((current) => current.filter((upload) => upload.id !== id));
  }

  async function run({ id, file }: Upload, limits: UploadLimits) {
    const controller = new AbortController();
    controllers.current.set(id, controller);
    try {
      await send(file, limits, controller.signal, (fraction) => {
        patch(id, { fraction });
      });
      await client.invalidateQueries({ queryKey: FILES_KEY });
      remove(id);
    } catch (error) {
      // A cancelled one has left the list, so that this finds nothing to change.
      patch(id, { error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  function start(files: Iterable<File>, limits: UploadLimits) {
    const added = Array.from(files, (file): Upload => ({ id: nextId.current++, file, fraction: 0 }));
    setUploads((current) => [...current, ...added]);
    for (const upload of added) void run(upload, limits);
  }

  return { uploads, start, remove };
}

async function send(file: File, limits: UploadLimits, signal: AbortSignal, onProgress: (fraction: number) => void) {
  const reason = reasonToRefuse(file, limits);
  if (reason) throw new ApiProblem("Not uploaded", { status: 422, detail: reason });

  const body = { name: file.name, content_type: contentType(file), size: file.size };
  const { upload } = await unwrap(api.POST("/api/files", { body, signal }));
  await uploadToS3(upload, file, { signal, onProgress });
}
