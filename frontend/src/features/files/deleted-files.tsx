import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { typeName } from "@/features/files/limits";
import { filesQuery, useRestoreFiles, type StoredFile } from "@/features/files/queries";
import { formatBytes } from "@/shared/format";
import { useSelection, type Selection } from "@/shared/selection";
import { Moment } from "@/shared/ui/moment";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { SelectAllBox, SelectBox, SelectionBar } from "@/shared/ui/selection-parts";
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
        {(entries) => <DeletedList files={entries} selection={selection} onRestore={restore} />}
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

interface DeletedListProps {
  files: StoredFile[];
  selection: Selection<StoredFile>;
  onRestore: (files: readonly StoredFile[]) => void;
}

function DeletedList({ files, selection, onRestore }: DeletedListProps) {
  return (
    <>
      <div className="list-head files-grid">
        <SelectAllBox selection={selection} entries={files} />
        <span>{texts.columns.name}</span>
        <span className="wide-only">{texts.columns.type}</span>
        <span className="wide-only">{texts.columns.size}</span>
        <span className="wide-only">{texts.deletedColumn}</span>
      </div>
      <ul className="list" aria-label={texts.deletedTitle}>
        {files.map((file) => (
          <li key={file.id} className="files-grid">
            <SelectBox selection={selection} entry={file} name={file.name} />
            <p className="list-cell list-title" title={file.name}>
              {file.name}
            </p>
            <span className="muted list-cell files-type" title={file.content_type}>
              {typeName(file.content_type)}
            </span>
            <span className="muted list-number files-size">{formatBytes(file.size)}</span>
            <Moment at={file.deleted_at ?? file.created_at} className="muted files-uploaded" />
            <div className="list-actions">
              <button
                type="button"
                className="button"
                aria-label={texts.restoreOf(file.name)}
                onClick={() => {
                  onRestore([file]);
                }}
              >
                {texts.restore}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
