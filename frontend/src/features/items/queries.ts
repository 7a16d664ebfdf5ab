/** The items on the server: what is asked, and how changes show before the server has confirmed them. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ItemSearch } from "@/features/items/search";
import { api, unwrap } from "@/shared/api/client";
import { changePages, refreshAfterLast, withoutEntry } from "@/shared/api/optimistic";
import type { components } from "@/shared/api/schema";
import { notifyFailure } from "@/shared/notices";
import { PAGE_SIZE, pageOffset } from "@/shared/pages";

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
    onError: (_error, _change, restore) => restore?.(),
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}

/** Takes the item off the list at once; an error puts it back. */
export function useDeleteItem() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: ({ id }: Item) => unwrap(api.DELETE("/api/items/{item_id}", { params: { path: { item_id: id } } })),
    onMutate: ({ id }) => changePages<Item>(client, KEY, (page) => withoutEntry(page, id)),
    onError: (error, { title }, restore) => {
      restore?.();
      notifyFailure(`“${title}” was not deleted`, error);
    },
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}
