import { getRouteApi } from "@tanstack/react-router";
import { FilesPage } from "@/features/files/files-page";

const route = getRouteApi("/files");

export function FilesRoute() {
  const { page = 1 } = route.useSearch();
  const navigate = route.useNavigate();

  return <FilesPage page={page} onPage={(next) => void navigate({ search: { page: next }, replace: true })} />;
}
