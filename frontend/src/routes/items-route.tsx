import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { ItemsPage } from "@/features/items/items-page";
import { searchOfPage } from "@/shared/pages";

const route = getRouteApi("/items");

export function ItemsRoute() {
  const { page = 1 } = route.useSearch();
  const navigate = route.useNavigate();
  const goTo = useCallback((next: number) => void navigate({ search: searchOfPage(next) }), [navigate]);
  return <ItemsPage page={page} onPage={goTo} />;
}
