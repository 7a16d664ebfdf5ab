/** What of a file can be looked at without saving it: images, and the beginning of texts. */
import { inlinePath, type StoredFile } from "@/features/files/queries";
import { reach } from "@/shared/api/client";
import { ApiRequest } from "@/shared/api/place";
import { ApiProblem, problemFromError } from "@/shared/api/problem";
import { problems } from "@/texts/problems";

export const PREVIEW_BYTES = 64 * 1024;

/** SVG is left out: as an image it is harmless, but the API serves none inline. */
const IMAGES = /^image\/(png|jpeg|gif|webp|avif)$/;

export function previewKind({ content_type }: StoredFile): "image" | "text" | undefined {
  if (IMAGES.test(content_type)) return "image";
  return content_type.startsWith("text/") ? "text" : undefined;
}

export interface TextPreview {
  text: string;
  /** Whether the file is longer than `text`. */
  cut: boolean;
}

/** Reads no more of the file than it shows. */
export async function readText(file: StoredFile, signal: AbortSignal): Promise<TextPreview> {
  try {
    const response = await reach(new ApiRequest(inlinePath(file), { signal }));
    if (!response.ok) throw new ApiProblem(problems.storageAnswered(response.status), { status: response.status });
    const text = response.body ? await beginning(response.body) : "";
    return { text, cut: file.size > PREVIEW_BYTES };
  } catch (error) {
    throw problemFromError(error);
  }
}

async function beginning(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let left = PREVIEW_BYTES; left > 0;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  await reader.cancel();
  return text;
}
