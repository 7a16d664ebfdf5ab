import { DeletedFiles } from "@/features/files/deleted-files";
import { FilesPage } from "@/features/files/files-page";
import { fileSearch } from "@/features/files/search";
import { parseSearch, withSearch } from "@/shared/address";
import { navigate, useAddress } from "@/shared/navigation";

export function FilesRoute() {
  const { page = 1, deleted } = fileSearch(parseSearch(useAddress().search));
  const Content = deleted ? DeletedFiles : FilesPage;

  return (
    <Content
      key={String(deleted)}
      page={page}
      onPage={(next) => {
        navigate(withSearch("/files", fileSearch({ page: next, deleted })), { replace: true });
      }}
    />
  );
}
