import { useState } from "react";

export interface Selection<Entry> {
  entries: readonly Entry[];
  has: (entry: Entry) => boolean;
  toggle: (entry: Entry, on: boolean) => void;
  toggleAll: (entries: readonly Entry[], on: boolean) => void;
  clear: () => void;
}

/** Entries of a list that were chosen, on whatever page of it they are. */
export function useSelection<Entry extends { id: string }>(): Selection<Entry> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Entry>>(new Map());

  function toggleAll(entries: readonly Entry[], on: boolean) {
    setChosen((current) => {
      const next = new Map(current);
      for (const entry of entries) {
        if (on) next.set(entry.id, entry);
        else next.delete(entry.id);
      }
      return next;
    });
  }

  return {
    entries: [...chosen.values()],
    has: ({ id }) => chosen.has(id),
    toggle: (entry, on) => {
      toggleAll([entry], on);
    },
    toggleAll,
    clear: () => {
      setChosen(new Map());
    },
  };
}
