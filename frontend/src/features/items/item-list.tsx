import { isProvisional, type Item } from "@/features/items/queries";
import { formatDateTime } from "@/shared/format";

interface ItemListProps {
  items: Item[];
  onEdit: (item: Item) => void;
  onDelete: (item: Item) => void;
}

export function ItemList({ items, onEdit, onDelete }: ItemListProps) {
  return (
    <ul className="list" aria-label="Items">
      {items.map((item) => (
        <ItemRow key={item.id} item={item} saving={isProvisional(item)} onEdit={onEdit} onDelete={onDelete} />
      ))}
    </ul>
  );
}

interface ItemRowProps extends Omit<ItemListProps, "items"> {
  item: Item;
  saving: boolean;
}

function ItemRow({ item, saving, onEdit, onDelete }: ItemRowProps) {
  const changed = item.updated_at !== item.created_at;

  return (
    <li aria-busy={saving}>
      <div className="list-text">
        <p className="list-title">{item.title}</p>
        {item.description && <p className="list-description">{item.description}</p>}
        <p className="muted">
          {changed ? "changed " : "made "}
          <time dateTime={item.updated_at}>{formatDateTime(item.updated_at)}</time>
        </p>
      </div>
      <div className="row">
        <button
          type="button"
          className="button button-quiet"
          aria-label={`Edit ${item.title}`}
          disabled={saving}
          onClick={() => {
            onEdit(item);
          }}
        >
          Edit
        </button>
        <button
          type="button"
          className="button button-quiet"
          aria-label={`Delete ${item.title}`}
          disabled={saving}
          onClick={() => {
            onDelete(item);
          }}
        >
          Delete
        </button>
      </div>
    </li>
  );
}
