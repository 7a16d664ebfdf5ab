import { getRouteApi } from "@tanstack/react-router";
import { FilesPage } from "@/features/files/files-page";
import { pageSearch } from "@/shared/pages";

const route = getRouteApi("/files");

export function FilesRoute() {
  const { page = 1 } = route.useSearch();
  const navigate = route.useNavigate();

  return (
    <FilesPage page={page} onPage={(next) => void navigate({ search: pageSearch({ page: next }), replace: true })} />
  );
}
