import { formatBytes, formatCount } from "@/shared/format";

export const texts = {
  title: "Files",
  noun: "files",
  lede: (total: number) => `${formatCount(total)} ${total === 1 ? "object" : "objects"} in the bucket`,
  ledeUnknown: "Objects in the bucket",
  columns: { name: "Name", type: "Type", size: "Size", uploaded: "Uploaded" },

  upload: "Upload",
  uploadFiles: "Upload files",
  toUpload: "Files to upload",
  drop: "Drop files here",
  choose: "Choose files to upload",
  letGo: "Let go to upload",
  loadingLimits: "Loading the limits…",
  limits: (maxBytes: number, types: readonly string[]) => `Up to ${formatBytes(maxBytes)} each: ${types.join(", ")}`,
  noLimits: "Uploads aren’t possible: the limits couldn’t be loaded",
  empty: "No files yet",
  emptyDetail: "Files go straight from your browser to the bucket. Drop some above, or choose them.",
  uploaded: (name: string) => `Uploaded “${name}”`,

  uploads: "Uploads",
  uploadOf: (name: string) => `Upload of ${name}`,
  notUploaded: (name: string) => `“${name}” wasn’t uploaded`,
  refused: "Not accepted",
  dismissOf: (name: string) => `Dismiss ${name}`,
  cancelOf: (name: string) => `Cancel ${name}`,
  chooseAnother: "Choose another file",
  retry: "Try again",
  retryOf: (name: string) => `Try again with ${name}`,
  waits: (size: number) => `${formatBytes(size)}, waiting`,
  progress: (sent: number, size: number, percent: number) =>
    `${formatBytes(sent)} of ${formatBytes(size)}, ${formatCount(percent)}%`,
  isEmpty: "The file is empty.",
  tooLarge: (size: number, max: number) => `The file has ${formatBytes(size)}; the limit is ${formatBytes(max)}.`,
  wrongType: (type: string, types: readonly string[]) =>
    `${type ? `Files of type ${type}` : "Files of an unknown type"} aren’t accepted. Accepted are ${types.join(", ")}.`,
  typeNames: {
    "text/plain": "text",
    "text/csv": "CSV",
    "text/markdown": "Markdown",
    "application/zip": "ZIP",
  } as Record<string, string>,

  preview: "Preview",
  previewOf: (name: string) => `Preview ${name}`,
  textOf: (name: string) => `Text of ${name}`,
  loadingText: "Loading the text…",
  noText: "The text can’t be shown",
  noImage: "The image can’t be shown",
  noImageDetail: "The bucket didn’t send an image",
  beginning: (shown: number, size: number) => `The first ${formatBytes(shown)} of ${formatBytes(size)}.`,
  download: "Download",
  downloadOf: (name: string) => `Download ${name}`,
  notDownloaded: (name: string) => `“${name}” can’t be downloaded`,
  rename: "Rename",
  renameOf: (name: string) => `Rename ${name}`,
  renameTitle: "Rename file",
  name: "Name",
  slash: "A name can’t contain slashes.",
  renamed: (name: string) => `Renamed to “${name}”`,
  notRenamed: "The file wasn’t renamed",

  delete: "Delete file",
  deleteOf: (name: string) => `Delete ${name}`,
  deleteTitle: (files: number) => (files === 1 ? "Delete this file?" : "Delete these files?"),
  deleteDetail: (names: readonly string[]) => `${count(names)} will be gone for good.`,
  deleted: (names: readonly string[]) => `Deleted ${count(names)}`,
  notDeleted: (names: readonly string[]) => `Couldn’t delete ${count(names)}`,
} as const;

function count(names: readonly string[]): string {
  return names.length === 1 ? `“${names[0]}”` : `${formatCount(names.length)} files`;
}
