import { useEffect, useId, useState } from "react";
import { isSort, SEARCH_CHARACTERS, SORTS, type ItemSearch } from "@/features/items/search";
import { texts } from "@/texts/items";

/** As long as a person pauses between two words. */
const PAUSE_MS = 250;

interface ItemFiltersProps {
  search: ItemSearch;
  /** The search changes as it is typed, the sort as a step that one can go back from. */
  onChange: (search: ItemSearch, how: { replace: boolean }) => void;
}

/** What is searched for and how it is sorted. The address holds both. */
export function ItemFilters({ search, onChange }: ItemFiltersProps) {
  const { q = "", sort = "newest" } = search;
  const searchId = useId();
  const sortId = useId();
  const [typed, setTyped] = useTyped(q, (text) => {
    onChange({ ...search, q: text }, { replace: true });
  });

  return (
    <search className="item-filters">
      <div className="field">
        <label htmlFor={searchId} className="visually-hidden">
          {texts.search}
        </label>
        <input
          id={searchId}
          type="search"
          maxLength={SEARCH_CHARACTERS}
          placeholder={texts.searchHint}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
        />
      </div>
      <div className="field">
        <label htmlFor={sortId} className="visually-hidden">
          {texts.sort}
        </label>
        <select
          id={sortId}
          value={sort}
          onChange={({ target: { value } }) => {
            if (isSort(value)) onChange({ ...search, q: typed, sort: value }, { replace: false });
          }}
        >
          {Object.entries(SORTS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </search>
  );
}

/** Text that follows the address, and that the address follows once the typing pauses. */
function useTyped(value: string, onPause: (text: string) => void) {
  const [typed, setTyped] = useState(value);
  // What this field put into the address: another value there came from elsewhere, and counts.
  const [told, setTold] = useState(value);
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }

  useEffect(() => {
    if (typed === told) return;
    const timer = setTimeout(() => {
      setTold(typed);
      onPause(typed);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  });

  return [typed, setTyped] as const;
}
