/** What a list shows of its selection: a box in each row, one for the page, and a bar with what can be done. */
import type { ReactNode } from "react";
import type { Selection } from "@/shared/selection";
import { common } from "@/texts/common";

interface SelectBoxProps<Entry> {
  selection: Selection<Entry>;
  entry: Entry;
  name: string;
  disabled?: boolean;
}

export function SelectBox<Entry>({ selection, entry, name, disabled = false }: SelectBoxProps<Entry>) {
  return (
    <input
      type="checkbox"
      className="select-box"
      aria-label={common.select(name)}
      disabled={disabled}
      checked={selection.has(entry)}
      onChange={(event) => {
        selection.toggle(entry, event.target.checked);
      }}
    />
  );
}

export function SelectAllBox<Entry>({
  selection,
  entries,
}: {
  selection: Selection<Entry>;
  entries: readonly Entry[];
}) {
  const chosen = entries.filter(selection.has).length;
  return (
    <input
      type="checkbox"
      className="select-box"
      aria-label={common.selectAll}
      checked={entries.length > 0 && chosen === entries.length}
      ref={(box) => {
        if (box) box.indeterminate = chosen > 0 && chosen < entries.length;
      }}
      onChange={(event) => {
        selection.toggleAll(entries, event.target.checked);
      }}
    />
  );
}

interface SelectionBarProps<Entry> {
  selection: Selection<Entry>;
  children: ReactNode;
}

export function SelectionBar<Entry>({ selection, children }: SelectionBarProps<Entry>) {
  if (selection.entries.length === 0) return null;
  return (
    <div className="selection-bar" role="status">
      <span>{common.selected(selection.entries.length)}</span>
      {children}
      <button type="button" className="button button-quiet" onClick={selection.clear}>
        {common.clearSelection}
      </button>
    </div>
  );
}
