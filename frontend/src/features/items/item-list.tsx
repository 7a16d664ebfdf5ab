import { isProvisional, type Item } from "@/features/items/queries";
import type { Selection } from "@/shared/selection";
import { Icon } from "@/shared/ui/icon";
import { Moment } from "@/shared/ui/moment";
import { SelectAllBox, SelectBox } from "@/shared/ui/selection-parts";
import { texts } from "@/texts/items";

interface ItemListProps {
  items: Item[];
  /** The one that was just made. */
  fresh: string | undefined;
  selection: Selection<Item>;
  onEdit: (item: Item) => void;
  onDelete: (item: Item) => void;
}

export function ItemList({ items, fresh, ...rest }: ItemListProps) {
  const { columns } = texts;
  return (
    <>
      <div className="list-head items-grid">
        <SelectAllBox selection={rest.selection} entries={items.filter((item) => !isProvisional(item))} />
        <span>{columns.title}</span>
        <span className="wide-only">{columns.description}</span>
        <span className="wide-only">{columns.changed}</span>
      </div>
      <ul className="list" aria-label={texts.title}>
        {items.map((item) => (
          <ItemRow key={item.id} item={item} isNew={isProvisional(item) || item.id === fresh} {...rest} />
        ))}
      </ul>
    </>
  );
}

interface ItemRowProps extends Omit<ItemListProps, "items" | "fresh"> {
  item: Item;
  isNew: boolean;
}

function ItemRow({ item, isNew, selection, onEdit, onDelete }: ItemRowProps) {
  const saving = isProvisional(item);

  return (
    <li aria-busy={saving} className={`items-grid ${isNew ? "row-new" : ""}`}>
      <SelectBox selection={selection} entry={item} name={item.title} disabled={saving} />
      <div className="list-cell">
        <button
          type="button"
          className="list-title list-cell"
          disabled={saving}
          onClick={() => {
            onEdit(item);
          }}
        >
          {item.title}
        </button>
      </div>
      <p className="list-cell muted items-description" title={item.description}>
        {item.description}
      </p>
      <Moment at={item.updated_at} className="muted items-changed" />
      <div className="list-actions">
        <button
          type="button"
          className="button button-quiet button-icon"
          aria-label={texts.editOf(item.title)}
          title={texts.edit}
          disabled={saving}
          onClick={() => {
            onEdit(item);
          }}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          className="button button-quiet button-icon button-removes"
          aria-label={texts.deleteOf(item.title)}
          title={texts.delete}
          disabled={saving}
          onClick={() => {
            onDelete(item);
          }}
        >
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}
