import { useQuery } from "@tanstack/react-query";
import { FileRows } from "@/features/files/file-rows";
import { filesQuery, useRestoreFiles, type StoredFile } from "@/features/files/queries";
import { useSelection } from "@/shared/selection";
import { Link } from "@/shared/ui/link";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { SelectionBar } from "@/shared/ui/selection-parts";
import { Empty } from "@/shared/ui/states";
import { texts } from "@/texts/files";
import "@/features/files/files.css";

/** Files that were deleted, and that the bucket still keeps. */
export function DeletedFiles({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  const files = useQuery(filesQuery(page, true));
  const selection = useSelection<StoredFile>();
  const restoration = useRestoreFiles();

  function restore(back: readonly StoredFile[]) {
    selection.toggleAll(back, false);
    restoration.mutate(back);
    // The button that had the focus goes with its row.
    focusHeading();
  }

  return (
    <>
      <PageHeader title={texts.deletedTitle} lede={texts.deletedLede}>
        <Link className="button" to="/files">
          {texts.back}
        </Link>
      </PageHeader>
      <PagedList
        query={files}
        noun={texts.deletedNoun}
        to="/files"
        page={page}
        onPage={onPage}
        empty={
          <Empty title={texts.noneDeleted}>
            <p>{texts.noneDeletedDetail}</p>
          </Empty>
        }
      >
        {(entries) => (
          <FileRows
            label={texts.deletedTitle}
            files={entries}
            selection={selection}
            moment={{ title: texts.deletedColumn, of: (file) => file.deleted_at ?? file.created_at }}
            actions={(file) => (
              <button
                type="button"
                className="button"
                aria-label={texts.restoreOf(file.name)}
                onClick={() => {
                  restore([file]);
                }}
              >
                {texts.restore}
              </button>
            )}
          />
        )}
      </PagedList>
      <SelectionBar selection={selection}>
        <button
          type="button"
          className="button"
          onClick={() => {
            restore(selection.entries);
          }}
        >
          {texts.restore}
        </button>
      </SelectionBar>
    </>
  );
}
