import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ItemDialog } from "@/features/items/item-dialog";
import { ItemList } from "@/features/items/item-list";
import {
  itemsQuery,
  useCreateItem,
  useDeleteItem,
  useUpdateItem,
  type Item,
  type ItemDraft,
} from "@/features/items/queries";
import { usePageTitle } from "@/shared/page-title";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { PagedList } from "@/shared/ui/paged-list";
import { ProblemAlert } from "@/shared/ui/problem-alert";

type Open =
  | { dialog: "create" }
  // A change that the server refused comes back with what was typed and why.
  | { dialog: "edit"; item: Item; draft: ItemDraft; error?: Error }
  | { dialog: "delete"; item: Item };

export function ItemsPage({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  usePageTitle("Items");
  const [open, setOpen] = useState<Open>();
  const items = useQuery(itemsQuery(page));
  const creation = useCreateItem();
  const update = useUpdateItem();
  const deletion = useDeleteItem();

  function close() {
    setOpen(undefined);
    creation.reset();
  }

  function create(draft: ItemDraft) {
    creation.mutate(draft, {
      onSuccess: () => {
        close();
        // The newest item is on the first page.
        onPage(1);
      },
    });
  }

  function save(item: Item, draft: ItemDraft) {
    setOpen(undefined);
    update.mutate(
      { id: item.id, draft },
      {
        onError: (error) => {
          setOpen((current) => current ?? { dialog: "edit", item, draft, error });
        },
      },
    );
  }

  const newItem = (
    <button
      type="button"
      className="button button-primary"
      onClick={() => {
        setOpen({ dialog: "create" });
      }}
    >
      New item
    </button>
  );

  return (
    <>
      <div className="row row-between">
        <h1>Items</h1>
        {newItem}
      </div>
      {deletion.error && (
        <ProblemAlert title={`“${deletion.variables.title}” was not deleted`} error={deletion.error} />
      )}
      <PagedList
        query={items}
        noun="items"
        to="/items"
        page={page}
        onPage={onPage}
        empty={<p>An item is a row in the database. Make the first one.</p>}
      >
        {(entries) => (
          <ItemList
            items={entries}
            onEdit={(item) => {
              setOpen({ dialog: "edit", item, draft: { title: item.title, description: item.description } });
            }}
            onDelete={(item) => {
              setOpen({ dialog: "delete", item });
            }}
          />
        )}
      </PagedList>

      {open?.dialog === "create" && (
        <ItemDialog
          title="New item"
          action="Create"
          initial={{ title: "", description: "" }}
          pending={creation.isPending}
          error={creation.error}
          onSubmit={create}
          onClose={close}
        />
      )}
      {open?.dialog === "edit" && (
        <ItemDialog
          title="Edit item"
          action="Save"
          initial={open.draft}
          error={open.error ?? null}
          onSubmit={(draft) => {
            save(open.item, draft);
          }}
          onClose={close}
        />
      )}
      {open?.dialog === "delete" && (
        <ConfirmDialog
          title="Delete this item?"
          action="Delete"
          onClose={close}
          onConfirm={() => {
            close();
            deletion.mutate(open.item);
          }}
        >
          “{open.item.title}” will be gone for good.
        </ConfirmDialog>
      )}
    </>
  );
}
