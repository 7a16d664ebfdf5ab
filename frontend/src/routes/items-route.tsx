import { ItemsPage } from "@/features/items/items-page";
import { itemSearch, type ItemSearch } from "@/features/items/search";
import { parseSearch, withSearch } from "@/shared/address";
import { navigate, useAddress } from "@/shared/navigation";

export function ItemsRoute() {
  const search = itemSearch(parseSearch(useAddress().search));

  function show(next: ItemSearch, { replace } = { replace: false }) {
    // Another search or order begins at its first page.
    const same = next.q === search.q && next.sort === search.sort;
    const page = same ? next.page : 1;
    navigate(withSearch("/items", itemSearch({ ...next, page })), { replace, keepScroll: true });
  }

  return <ItemsPage search={search} onSearch={show} />;
}
