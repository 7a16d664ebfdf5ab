import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ItemDialog } from "@/features/items/item-dialog";
import { ItemFilters } from "@/features/items/item-filters";
import { ItemList } from "@/features/items/item-list";
import {
  itemsQuery,
  useCreateItem,
  useDeleteItems,
  useUpdateItem,
  type Item,
  type ItemDraft,
} from "@/features/items/queries";
import type { ItemSearch } from "@/features/items/search";
import { useSelection } from "@/shared/selection";
import { Icon } from "@/shared/ui/icon";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { SelectionBar } from "@/shared/ui/selection-parts";
import { Empty } from "@/shared/ui/states";
import { common } from "@/texts/common";
import { texts } from "@/texts/items";
import "@/features/items/items.css";

/** A form that was refused comes back with what was typed and why. */
interface Attempt {
  draft: ItemDraft;
  error?: Error;
}

type Question = ({ dialog: "create" } & Attempt) | ({ dialog: "edit"; item: Item } & Attempt);

const BLANK: ItemDraft = { title: "", description: "" };

interface ItemsPageProps {
  search: ItemSearch;
  onSearch: (search: ItemSearch, how?: { replace: boolean }) => void;
}

export function ItemsPage({ search, onSearch }: ItemsPageProps) {
  // The first is open; a refused one waits until those before it are answered.
  const [questions, setQuestions] = useState<Question[]>([]);
  const [fresh, setFresh] = useState<string>();
  const [open] = questions;
  const selection = useSelection<Item>();
  const items = useQuery(itemsQuery(search));
  const creation = useCreateItem();
  const update = useUpdateItem();
  const deletion = useDeleteItems();
  const total = items.data?.total;
  // Nothing to search in.
  const nothingYet = total === 0 && !search.q;

  function ask(question: Question) {
    setQuestions((current) => [...current, question]);
  }

  function askForNew() {
    ask({ dialog: "create", draft: BLANK });
  }

  function close() {
    setQuestions((current) => current.slice(1));
  }

  function create(draft: ItemDraft) {
    close();
    // Where the newest item shows.
    onSearch({});
    creation
      .mutateAsync(draft)
      .then(({ id }) => {
        setFresh(id);
      })
      .catch((error: unknown) => {
        ask({ dialog: "create", draft, error: error as Error });
      });
  }

  function save(item: Item, draft: ItemDraft) {
    close();
    update.mutateAsync({ id: item.id, draft }).catch((error: unknown) => {
      ask({ dialog: "edit", item, draft, error: error as Error });
    });
  }

  function remove(gone: readonly Item[]) {
    selection.toggleAll(gone, false);
    deletion.mutate(gone);
    // The button that had the focus goes with its row.
    focusHeading();
  }

  return (
    <>
      <PageHeader title={texts.title} lede={lede(total, search.q)}>
        <button type="button" className="button button-primary" onClick={askForNew}>
          <Icon name="plus" />
          {texts.new}
        </button>
      </PageHeader>
      {!nothingYet && <ItemFilters search={search} onChange={onSearch} />}
      <PagedList
        query={items}
        noun={texts.noun}
        to="/items"
        page={search.page ?? 1}
        onPage={(page) => {
          onSearch({ ...search, page }, { replace: true });
        }}
        empty={
          search.q ? (
            <Empty title={texts.nothing(search.q)}>
              <p>{texts.nothingDetail}</p>
              <button
                type="button"
                className="button"
                onClick={() => {
                  onSearch({ ...search, q: "" });
                }}
              >
                {texts.showAll}
              </button>
            </Empty>
          ) : (
            <Empty title={texts.empty}>
              <p>{texts.emptyDetail}</p>
              <button type="button" className="button button-primary" onClick={askForNew}>
                {texts.first}
              </button>
            </Empty>
          )
        }
      >
        {(entries) => (
          <ItemList
            items={entries}
            fresh={fresh}
            selection={selection}
            onEdit={(item) => {
              ask({ dialog: "edit", item, draft: { title: item.title, description: item.description } });
            }}
            onDelete={(item) => {
              remove([item]);
            }}
          />
        )}
      </PagedList>
      <SelectionBar selection={selection}>
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            remove(selection.entries);
          }}
        >
          {common.delete}
        </button>
      </SelectionBar>

      {open?.dialog === "create" && (
        <ItemDialog title={texts.new} action={texts.create} {...open} onSubmit={create} onClose={close} />
      )}
      {open?.dialog === "edit" && (
        <ItemDialog
          title={texts.edit}
          action={texts.save}
          {...open}
          onSubmit={(draft) => {
            save(open.item, draft);
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function lede(total: number | undefined, q: string | undefined): string {
  if (total === undefined) return texts.ledeUnknown;
  return q ? texts.found(total, q) : texts.lede(total);
}
