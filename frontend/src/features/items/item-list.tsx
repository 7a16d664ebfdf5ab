import type { Item } from "@/features/items/queries";
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
        <li key={item.id}>
          <div className="list-text">
            <p className="list-title">{item.title}</p>
            {item.description && <p className="list-description">{item.description}</p>}
            <p className="muted">
              <time dateTime={item.created_at}>{formatDateTime(item.created_at)}</time>
            </p>
          </div>
          <div className="row">
            <button
              type="button"
              className="button"
              aria-label={`Edit ${item.title}`}
              onClick={() => {
                onEdit(item);
              }}
            >
              Edit
            </button>
            <button
              type="button"
              className="button"
              aria-label={`Delete ${item.title}`}
              onClick={() => {
                onDelete(item);
              }}
            >
              Delete
            </button>
          </div>
        </li>
      ))}
    </ul>
  );
}
