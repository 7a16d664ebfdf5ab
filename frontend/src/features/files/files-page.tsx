import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DropZone } from "@/features/files/drop-zone";
import { FileList } from "@/features/files/file-list";
import { PreviewDialog } from "@/features/files/preview-dialog";
import {
  filesQuery,
  uploadLimitsQuery,
  useDeleteFile,
  useDownloadFile,
  type StoredFile,
} from "@/features/files/queries";
import { UploadList } from "@/features/files/upload-list";
import { useUploads } from "@/features/files/use-uploads";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { focusHeading, PageHeader } from "@/shared/ui/page-header";
import { PagedList } from "@/shared/ui/paged-list";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { Empty } from "@/shared/ui/states";
import "@/features/files/files.css";

interface Open {
  dialog: "preview" | "delete";
  file: StoredFile;
}

export function FilesPage({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  const [open, setOpen] = useState<Open>();
  const files = useQuery(filesQuery(page));
  const limits = useQuery(uploadLimitsQuery);
  const deletion = useDeleteFile();
  const download = useDownloadFile();
  const { uploads, lastDone, start, remove } = useUploads();

  function close() {
    setOpen(undefined);
  }

  return (
    <>
      <PageHeader title="Files" lede="Straight from this page to the bucket." />
      {limits.error && (
        <ProblemAlert
          title="Uploads are not possible: the limits could not be loaded"
          error={limits.error}
          onRetry={() => void limits.refetch()}
        />
      )}
      <DropZone limits={limits.data} onFiles={start} />
      {uploads.length > 0 && <UploadList uploads={uploads} onRemove={remove} />}
      <p className="visually-hidden" role="status">
        {lastDone !== undefined && `“${lastDone}” was uploaded.`}
      </p>
      <PagedList
        query={files}
        noun="files"
        to="/files"
        page={page}
        onPage={onPage}
        empty={
          <Empty title="No files yet">
            <p>A file is an object in the bucket. Upload the first one.</p>
          </Empty>
        }
      >
        {(entries) => (
          <FileList
            files={entries}
            onPreview={(file) => {
              setOpen({ dialog: "preview", file });
            }}
            onDownload={download.mutate}
            onDelete={(file) => {
              setOpen({ dialog: "delete", file });
            }}
          />
        )}
      </PagedList>

      {open?.dialog === "preview" && <PreviewDialog file={open.file} onClose={close} />}
      {open?.dialog === "delete" && (
        <ConfirmDialog
          title="Delete this file?"
          action="Delete"
          onClose={close}
          onConfirm={() => {
            close();
            deletion.mutate(open.file);
            focusHeading();
          }}
        >
          “{open.file.name}” will be gone for good.
        </ConfirmDialog>
      )}
    </>
  );
}
