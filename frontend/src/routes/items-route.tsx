import { getRouteApi } from "@tanstack/react-router";
import { ItemsPage } from "@/features/items/items-page";
import { itemSearch, type ItemSearch } from "@/features/items/search";

const route = getRouteApi("/items");

export function ItemsRoute() {
  const search = route.useSearch();
  const navigate = route.useNavigate();

  function show(next: ItemSearch, { replace } = { replace: false }) {
    // Another search or order begins at its first page.
    const same = next.q === search.q && next.sort === search.sort;
    void navigate({ search: itemSearch({ ...next, page: same ? next.page : 1 }), replace, resetScroll: false });
  }

  return <ItemsPage search={search} onSearch={show} />;
}
