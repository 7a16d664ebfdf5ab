/** Changes to lists that show before the server has confirmed them. Every page of a list is cached under the list's key. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

interface Page<Entry> {
  items: Entry[];
  total: number;
}

/** Changes every page in the cache; the returned function restores what was there before. */
export async function changePages<Entry>(
  client: QueryClient,
  key: QueryKey,
  change: (page: Page<Entry>) => Page<Entry>,
): Promise<() => void> {
  // The answer to a request already under way would overwrite the change with the old list.
  await client.cancelQueries({ queryKey: key });
  const before = client.getQueriesData<Page<Entry>>({ queryKey: key });
  client.setQueriesData<Page<Entry>>({ queryKey: key }, (page) => page && change(page));
  return () => {
    for (const [pageKey, page] of before) client.setQueryData(pageKey, page);
  };
}

export function withoutEntry<Entry extends { id: string }>(page: Page<Entry>, id: string): Page<Entry> {
  const items = page.items.filter((entry) => entry.id !== id);
  return { items, total: page.total - (page.items.length - items.length) };
}

export interface Outcome<Entry> {
  done: Entry[];
  failed: Entry[];
  /** Of the first that failed. */
  error: Error | undefined;
}

/** Does it with each, and tells with which it worked: one that fails does not keep the others from it. */
export async function eachOf<Entry>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<unknown>,
): Promise<Outcome<Entry>> {
  const results = await Promise.allSettled(entries.map(work));
  const failed = results.flatMap((result, at) => (result.status === "rejected" ? [{ at, result }] : []));
  const reason: unknown = failed[0]?.result.reason;
  return {
    done: entries.filter((_, at) => results[at]?.status === "fulfilled"),
    failed: failed.flatMap(({ at }) => entries[at] ?? []),
    error: failed.length === 0 ? undefined : reason instanceof Error ? reason : new Error(String(reason)),
  };
}

/**
 * Asks for the list again, unless another change (same mutation key) is under way: the answer would undo that one.
 * The request is not awaited, so that the change's own result, above all its error, shows at once.
 */
export function refreshAfterLast(client: QueryClient, key: QueryKey): void {
  if (client.isMutating({ mutationKey: key }) === 1) void client.invalidateQueries({ queryKey: key });
}
