/** The items on the server: what is asked, and how changes show before the server has confirmed them. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { changePages, refreshAfterLast, withoutEntry } from "@/shared/api/optimistic";
import type { components } from "@/shared/api/schema";
import { PAGE_SIZE, pageOffset } from "@/shared/pages";

export type Item = components["schemas"]["Item"];
export type ItemPage = components["schemas"]["ItemPage"];
export type ItemDraft = components["schemas"]["ItemCreate"];

const KEY = ["items"] as const;

export function itemsQuery(page: number) {
  return queryOptions({
    queryKey: [...KEY, page],
    queryFn: ({ signal }): Promise<ItemPage> =>
      unwrap(api.GET("/api/items", { params: { query: { limit: PAGE_SIZE, offset: pageOffset(page) } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useCreateItem() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: ItemDraft): Promise<Item> => unwrap(api.POST("/api/items", { body: draft })),
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
  });
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
    onError: (_error, _item, restore) => restore?.(),
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  });
}
