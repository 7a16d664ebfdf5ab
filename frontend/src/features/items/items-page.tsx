import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ItemDialog } from "@/features/items/item-dialog";
import { ItemFilters } from "@/features/items/item-filters";
import { ItemList } from "@/features/items/item-list";
import {
  itemsQuery,
  useCreateItem,
  useDeleteItem,
  useUpdateItem,
  type Item,
  type ItemDraft,
} from "@/features/items/queries";
import type { ItemSearch } from "@/features/items/search";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { Empty } from "@/shared/ui/states";
import "@/features/items/items.css";

/** A form that was refused comes back with what was typed and why. */
interface Attempt {
  draft: ItemDraft;
  error?: Error;
}

type Question =
  ({ dialog: "create" } & Attempt) | ({ dialog: "edit"; item: Item } & Attempt) | { dialog: "delete"; item: Item };

const BLANK: ItemDraft = { title: "", description: "" };

interface ItemsPageProps {
  search: ItemSearch;
  onSearch: (search: ItemSearch, how?: { replace: boolean }) => void;
}

export function ItemsPage({ search, onSearch }: ItemsPageProps) {
  // The first is open; a refused one waits until those before it are answered.
  const [questions, setQuestions] = useState<Question[]>([]);
  const [open] = questions;
  const items = useQuery(itemsQuery(search));
  const creation = useCreateItem();
  const update = useUpdateItem();
  const deletion = useDeleteItem();

  function ask(question: Question) {
    setQuestions((current) => [...current, question]);
  }

  function close() {
    setQuestions((current) => current.slice(1));
  }

  function create(draft: ItemDraft) {
    close();
    // Where the newest item shows.
    onSearch({});
    creation.mutateAsync(draft).catch((error: unknown) => {
      ask({ dialog: "create", draft, error: error as Error });
    });
  }

  function save(item: Item, draft: ItemDraft) {
    close();
    update.mutateAsync({ id: item.id, draft }).catch((error: unknown) => {
      ask({ dialog: "edit", item, draft, error: error as Error });
    });
  }

  return (
    <>
      <PageHeader title="Items" lede="Rows in the database.">
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            ask({ dialog: "create", draft: BLANK });
          }}
        >
          New item
        </button>
      </PageHeader>
      <ItemFilters search={search} onChange={onSearch} />
      <PagedList
        query={items}
        noun="items"
        to="/items"
        page={search.page ?? 1}
        onPage={(page) => {
          onSearch({ ...search, page }, { replace: true });
        }}
        empty={
          search.q ? (
            <Empty title={`Nothing matches “${search.q}”`}>
              <button
                type="button"
                className="button"
                onClick={() => {
                  onSearch({ ...search, q: "" });
                }}
              >
                Show all items
              </button>
            </Empty>
          ) : (
            <Empty title="No items yet">
              <p>An item is a row in the database. Make the first one.</p>
            </Empty>
          )
        }
      >
        {(entries) => (
          <ItemList
            items={entries}
            onEdit={(item) => {
              ask({ dialog: "edit", item, draft: { title: item.title, description: item.description } });
            }}
            onDelete={(item) => {
              ask({ dialog: "delete", item });
            }}
          />
        )}
      </PagedList>

      {open?.dialog === "create" && (
        <ItemDialog title="New item" action="Create" {...open} onSubmit={create} onClose={close} />
      )}
      {open?.dialog === "edit" && (
        <ItemDialog
          title="Edit item"
          action="Save"
          {...open}
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
            focusHeading();
          }}
        >
          “{open.item.title}” will be gone for good.
        </ConfirmDialog>
      )}
    </>
  );
}
