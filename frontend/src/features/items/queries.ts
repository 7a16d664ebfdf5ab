/** The items on the server: what is asked, and how changes show before the server has confirmed them. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ItemSearch } from "@/features/items/search";
import { api, unwrap } from "@/shared/api/client";
import { changePages, eachOf, refreshAfterLast, withoutEntry } from "@/shared/api/optimistic";
import type { components } from "@/shared/api/schema";
import { notifyDone, notifyFailure } from "@/shared/notices";
import { PAGE_SIZE, pageOffset } from "@/shared/pages";
import { texts } from "@/texts/items";

export type Item = components["schemas"]["Item"];
export type ItemPage = components["schemas"]["ItemPage"];
export type ItemDraft = Required<components["schemas"]["ItemCreate"]>;

const KEY = ["items"] as const;
const PROVISIONAL = "provisional-";

export function itemsQuery({ page = 1, q = "", sort = "newest" }: ItemSearch) {
  return queryOptions({
    queryKey: [...KEY, { page, q, sort }],
    queryFn: ({ signal }): Promise<ItemPage> => {
      const query = { limit: PAGE_SIZE, offset: pageOffset(page), sort, ...(q && { q }) };
      return unwrap(api.GET("/api/items", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** Shown before the server has it; it can be neither changed nor deleted yet. */
export function isProvisional({ id }: Item): boolean {
  return id.startsWith(PROVISIONAL);
}

/** Puts the item at the head of the newest at once; an error takes it away again. */
export function useCreateItem() {
  const client = useQueryClient();
  const { queryKey: newest } = itemsQuery({});

  return useMutation({
    mutationKey: KEY,
    mutationFn: (draft: ItemDraft): Promise<Item> => unwrap(api.POST("/api/items", { body: draft })),
    onMutate: (draft) => {
      const now = new Date().toISOString();
      const item = { id: PROVISIONAL + crypto.randomUUID(), ...draft, created_at: now, updated_at: now };
      return changePages<Item>(client, newest, ({ items, total }) => ({
        items: [item, ...items].slice(0, PAGE_SIZE),
        total: total + 1,
      }));
    },
    onSuccess: (created) => {
      client.setQueryData<ItemPage>(newest, (page) => page && withCreated(page, created));
      notifyDone(texts.created(created.title));
    },
    onError: (_error, _draft, restore) => restore?.(),
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}

function withCreated({ items, total }: ItemPage, created: Item): ItemPage {
  const isIt = (item: Item) => isProvisional(item) && item.title === created.title;
  const at = items.findLastIndex(isIt);
  return { items: at < 0 ? items : items.with(at, created), total };
}

/** Shows the change at once; an error restores what was there. */
export function useUpdateItem() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: ({ id, draft }: { id: string; draft: ItemDraft }): Promise<Item> =>
      unwrap(api.PATCH("/api/items/{item_id}", { params: { path: { item_id: id } }, body: draft })),
    onMutate: ({ id, draft }) =>
      changePages<Item>(client, KEY, ({ items, total }) => ({
        items: items.map((item) => (item.id === id ? { ...item, ...draft } : item)),
        total,
      })),
    onSuccess: ({ title }) => {
      notifyDone(texts.saved(title));
    },
    onError: (_error, _change, restore) => restore?.(),
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}

/** Takes the items off the list at once; those that are refused come back. What is gone can be made anew. */
export function useDeleteItems() {
  const client = useQueryClient();
  const { mutate: restore } = useRestoreItems();

  return useMutation({
    mutationKey: KEY,
    mutationFn: (items: readonly Item[]) => eachOf(items, ({ id }) => remove(id)),
    onMutate: (items) =>
      changePages<Item>(client, KEY, (page) => items.reduce((left, { id }) => withoutEntry(left, id), page)),
    onSuccess: ({ done, failed, error }, _items, restorePages) => {
      if (error) {
        restorePages();
        notifyFailure(texts.notDeleted(titlesOf(failed)), error);
      }
      if (done.length > 0) {
        notifyDone(texts.deleted(titlesOf(done)), () => {
          restore(done);
        });
      }
    },
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}

/** Makes items anew that were deleted, oldest first, so that their order stays. */
function useRestoreItems() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: async (items: readonly Item[]) => {
      for (const { title, description } of items.toReversed()) {
        await unwrap(api.POST("/api/items", { body: { title, description } }));
      }
    },
    onSuccess: (_done, items) => {
      notifyDone(texts.restored(titlesOf(items)));
    },
    onError: (error, items) => {
      notifyFailure(texts.notRestored(titlesOf(items)), error);
    },
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}

function remove(id: string): Promise<unknown> {
  return unwrap(api.DELETE("/api/items/{item_id}", { params: { path: { item_id: id } } }));
}

function titlesOf(items: readonly Item[]): string[] {
  return items.map(({ title }) => title);
}
