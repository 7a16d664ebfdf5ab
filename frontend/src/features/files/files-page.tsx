import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DropZone } from "@/features/files/drop-zone";
import { FileList } from "@/features/files/file-list";
import { PreviewDialog } from "@/features/files/preview-dialog";
import {
  filesQuery,
  uploadLimitsQuery,
  useDeleteFiles,
  useDownloadFile,
  type StoredFile,
} from "@/features/files/queries";
import { RenameDialog } from "@/features/files/rename-dialog";
import { UploadList } from "@/features/files/upload-list";
import { useUploads } from "@/features/files/use-uploads";
import { VersionsDialog } from "@/features/files/versions-dialog";
import { withSearch } from "@/shared/address";
import { useSelection } from "@/shared/selection";
import { Link } from "@/shared/ui/link";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { SelectionBar } from "@/shared/ui/selection-parts";
import { Empty } from "@/shared/ui/states";
import { common } from "@/texts/common";
import { texts } from "@/texts/files";
import "@/features/files/files.css";

interface Open {
  dialog: "preview" | "rename" | "versions";
  file: StoredFile;
}

export function FilesPage({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  const [open, setOpen] = useState<Open>();
  const selection = useSelection<StoredFile>();
  const files = useQuery(filesQuery(page));
  const limits = useQuery(uploadLimitsQuery);
  const deletion = useDeleteFiles();
  const download = useDownloadFile();
  const { uploads, start, remove, retry } = useUploads();
  const total = files.data?.total;

  function close() {
    setOpen(undefined);
  }

  function deleteFiles(gone: readonly StoredFile[]) {
    selection.toggleAll(gone, false);
    deletion.mutate(gone);
    // The button that had the focus goes with its row.
    focusHeading();
  }

  return (
    <>
      <PageHeader title={texts.title} lede={total === undefined ? texts.ledeUnknown : texts.lede(total)}>
        <Link className="button button-quiet" to={withSearch("/files", { deleted: "yes" })}>
          {texts.deletedTitle}
        </Link>
      </PageHeader>
      {limits.error && (
        <ProblemAlert title={texts.noLimits} error={limits.error} onRetry={() => void limits.refetch()} />
      )}
      <DropZone limits={limits.data} onFiles={start} />
      {uploads.length > 0 && <UploadList uploads={uploads} onRemove={remove} onRetry={retry} />}
      <PagedList
        query={files}
        noun={texts.noun}
        to="/files"
        page={page}
        onPage={onPage}
        empty={
          <Empty title={texts.empty}>
            <p>{texts.emptyDetail}</p>
          </Empty>
        }
      >
        {(entries) => (
          <FileList
            files={entries}
            selection={selection}
            onPreview={(file) => {
              setOpen({ dialog: "preview", file });
            }}
            onDownload={download.mutate}
            onRename={(file) => {
              setOpen({ dialog: "rename", file });
            }}
            onVersions={(file) => {
              setOpen({ dialog: "versions", file });
            }}
            onDelete={(file) => {
              deleteFiles([file]);
            }}
          />
        )}
      </PagedList>
      <SelectionBar selection={selection}>
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            deleteFiles(selection.entries);
          }}
        >
          {common.delete}
        </button>
      </SelectionBar>

      {open?.dialog === "preview" && <PreviewDialog file={open.file} onClose={close} />}
      {open?.dialog === "rename" && <RenameDialog file={open.file} onClose={close} />}
      {open?.dialog === "versions" && (
        <VersionsDialog
          file={open.file}
          onClose={close}
          onReplace={(chosen) => {
            close();
            start([chosen], open.file);
          }}
        />
      )}
    </>
  );
}
