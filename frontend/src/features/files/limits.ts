/** The limits for uploads in words. S3 enforces them; here they save a wait. */
import type { UploadLimits } from "@/features/files/queries";
import { formatBytes } from "@/shared/format";

/** Says which files are accepted. */
export function describeLimits({ max_bytes, content_types }: UploadLimits): string {
  return `Up to ${formatBytes(max_bytes)} each. Types: ${content_types.map(typeName).join(", ")}.`;
}

/** Why this file would be refused, or undefined when it would not. */
export function reasonToRefuse(file: File, { max_bytes, content_types }: UploadLimits): string | undefined {
  if (file.size === 0) return "The file is empty.";
  if (file.size > max_bytes)
    return `The file has ${formatBytes(file.size)}; at most ${formatBytes(max_bytes)} are allowed.`;
  const type = contentType(file);
  if (!content_types.includes(type)) {
    return `Files of ${type ? `the type ${type}` : "an unknown type"} are not allowed; allowed are ${content_types.map(typeName).join(", ")}.`;
  }
  return undefined;
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

const TYPE_NAMES: Record<string, string> = {
  "text/plain": "text",
  "text/csv": "CSV",
  "text/markdown": "Markdown",
  "application/zip": "ZIP",
};

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type.slice(type.indexOf("/") + 1).toUpperCase();
}
