import { getRouteApi } from "@tanstack/react-router";
import { DeletedFiles } from "@/features/files/deleted-files";
import { FilesPage } from "@/features/files/files-page";
import { fileSearch } from "@/features/files/search";

const route = getRouteApi("/files");

export function FilesRoute() {
  const { page = 1, deleted } = route.useSearch();
  const navigate = route.useNavigate();
  const Page = deleted ? DeletedFiles : FilesPage;

  return (
    <Page
      key={String(deleted)}
      page={page}
      onPage={(next) => void navigate({ search: fileSearch({ page: next, deleted }), replace: true })}
    />
  );
}
