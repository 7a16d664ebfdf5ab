/** Pages of a list: the arithmetic, and the page's number in the address. */

export const PAGE_SIZE = 20;

/** The API skips at most 100,000 entries. */
const LAST_PAGE = 100_000 / PAGE_SIZE + 1;

export interface PageSearch {
  page?: number | undefined;
}

/** The validated part of the address: the first page has a plain address, nonsense means the first page. */
export function pageSearch(search: Record<string, unknown>): PageSearch {
  const page = Number(search.page);
  return Number.isSafeInteger(page) && page > 1 ? { page: Math.min(page, LAST_PAGE) } : { page: undefined };
}

export function pageCount(total: number, size = PAGE_SIZE): number {
  return Math.min(LAST_PAGE, Math.max(1, Math.ceil(total / size)));
}

export function pageOffset(page: number, size = PAGE_SIZE): number {
  return (page - 1) * size;
}

/** First and last entry shown on a page, counted from 1. */
export function pageRange(page: number, total: number, size = PAGE_SIZE): { first: number; last: number } {
  return { first: Math.min(total, pageOffset(page, size) + 1), last: Math.min(total, page * size) };
}
