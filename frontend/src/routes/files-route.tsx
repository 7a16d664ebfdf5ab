import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { FilesPage } from "@/features/files/files-page";
import { searchOfPage } from "@/shared/pages";

const route = getRouteApi("/files");

export function FilesRoute() {
  const { page = 1 } = route.useSearch();
  const navigate = route.useNavigate();
  const goTo = useCallback((next: number) => void navigate({ search: searchOfPage(next) }), [navigate]);
  return <FilesPage page={page} onPage={goTo} />;
}
