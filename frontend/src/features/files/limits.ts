/** The limits for uploads in words. S3 enforces them; here they save a wait. */
import type { UploadLimits } from "@/features/files/queries";
import { texts } from "@/texts/files";

/** Says which files are accepted. */
export function describeLimits({ max_bytes, content_types }: UploadLimits): string {
  return texts.limits(max_bytes, content_types.map(typeName));
}

/** Why this file would be refused, or undefined when it would not. */
export function reasonToRefuse(file: File, { max_bytes, content_types }: UploadLimits): string | undefined {
  if (file.size === 0) return texts.isEmpty;
  if (file.size > max_bytes) return texts.tooLarge(file.size, max_bytes);
  const type = contentType(file);
  return content_types.includes(type) ? undefined : texts.wrongType(type, content_types.map(typeName));
}

/** Types that a browser takes from the system, which may know none or another (Windows: ZIP, and CSV where Excel is). */
const TYPES_BY_EXTENSION: Record<string, string> = {
  csv: "text/csv",
  md: "text/markdown",
  zip: "application/zip",
};

/** The file's media type without parameters; empty when unknown. */
export function contentType(file: File): string {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  return TYPES_BY_EXTENSION[extension] ?? file.type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** What the file dialog offers. */
export function acceptedTypes({ content_types }: UploadLimits): string {
  const known = Object.entries(TYPES_BY_EXTENSION).filter(([, type]) => content_types.includes(type));
  return [...content_types, ...known.map(([extension]) => `.${extension}`)].join(",");
}

/** As people call it. */
export function typeName(type: string): string {
  return texts.typeNames[type] ?? type.slice(type.indexOf("/") + 1).toUpperCase();
}
