/** Which files to show, as the address holds it. */
import { pageSearch, type PageSearch } from "@/shared/pages";

export interface FileSearch extends PageSearch {
  /** Those that were deleted, instead of those that are there. */
  deleted?: "yes" | undefined;
}

export function fileSearch(search: Record<string, unknown>): FileSearch {
  return { deleted: search.deleted === "yes" ? "yes" : undefined, ...pageSearch(search) };
}
