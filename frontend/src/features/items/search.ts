/** Which items to show, as the address holds it. */
import type { operations } from "@/shared/api/schema";
import { pageSearch, type PageSearch } from "@/shared/pages";
import { texts } from "@/texts/items";

type ItemSort = NonNullable<NonNullable<operations["list_items"]["parameters"]["query"]>["sort"]>;

export interface ItemSearch extends PageSearch {
  q?: string | undefined;
  sort?: ItemSort | undefined;
}

/** The API's limit. */
export const SEARCH_CHARACTERS = 100;

export const SORTS: Record<ItemSort, string> = texts.sorts;

export function isSort(value: unknown): value is ItemSort {
  return typeof value === "string" && Object.hasOwn(SORTS, value);
}

/** Nonsense in an address means the plain list; what is usual is left out. */
export function itemSearch(search: Record<string, unknown>): ItemSearch {
  const q = typeof search.q === "string" ? oneLine(search.q).trimStart() : "";
  const { sort } = search;
  return {
    q: q === "" ? undefined : q,
    sort: isSort(sort) && sort !== "newest" ? sort : undefined,
    ...pageSearch(search),
  };
}

/** What the API takes: no line breaks or other control characters, and not too long. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, SEARCH_CHARACTERS);
}
