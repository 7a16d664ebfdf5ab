import { formatCount } from "@/shared/format";

export const texts = {
  title: "Items",
  lede: (total: number) => `${formatCount(total)} ${total === 1 ? "row" : "rows"} in the database`,
  found: (total: number, q: string) => `${formatCount(total)} ${total === 1 ? "match" : "matches"} for “${q}”`,
  ledeUnknown: "Rows in the database",
  noun: "items",
  new: "New item",
  create: "Create",
  edit: "Edit item",
  save: "Save",
  delete: "Delete item",
  editOf: (title: string) => `Edit ${title}`,
  deleteOf: (title: string) => `Delete ${title}`,
  fields: { title: "Title", description: "Description", optional: "optional" },
  columns: { title: "Title", description: "Description", changed: "Changed" },
  search: "Search items",
  searchHint: "Search titles and descriptions",
  sort: "Sort by",
  sorts: {
    newest: "Newest first",
    oldest: "Oldest first",
    title: "Title, A to Z",
    title_descending: "Title, Z to A",
    updated: "Recently changed",
  },
  nothing: (q: string) => `Nothing matches “${q}”`,
  nothingDetail: "Try fewer or different words.",
  showAll: "Show all items",
  empty: "No items yet",
  emptyDetail: "An item is a title and an optional description, stored as a row in PostgreSQL.",
  first: "Create the first item",

  created: (title: string) => `Created “${title}”`,
  saved: (title: string) => `Saved “${title}”`,
  deleted: (titles: readonly string[]) => `Deleted ${count(titles)}`,
  notSaved: "The item wasn’t saved",
  notDeleted: (titles: readonly string[]) => `Couldn’t delete ${count(titles)}`,
  restored: (titles: readonly string[]) => `Restored ${count(titles)}`,
  notRestored: (titles: readonly string[]) => `Couldn’t restore ${count(titles)}`,
} as const;

function count(titles: readonly string[]): string {
  return titles.length === 1 ? `“${titles[0]}”` : `${formatCount(titles.length)} items`;
}
