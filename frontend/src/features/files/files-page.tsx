import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FileList } from "@/features/files/file-list";
import {
  filesQuery,
  uploadLimitsQuery,
  useDeleteFile,
  useDownloadFile,
  type StoredFile,
} from "@/features/files/queries";
import { UploadForm } from "@/features/files/upload-form";
import { useUploads } from "@/features/files/use-uploads";
import { usePageTitle } from "@/shared/page-title";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { PagedList } from "@/shared/ui/paged-list";
import { ProblemAlert } from "@/shared/ui/problem-alert";

export function FilesPage({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  usePageTitle("Files");
  const [doomed, setDoomed] = useState<StoredFile>();
  const files = useQuery(filesQuery(page));
  const limits = useQuery(uploadLimitsQuery);
  const deletion = useDeleteFile();
  const download = useDownloadFile();
  const { uploads, start, remove } = useUploads();

  function close() {
    setDoomed(undefined);
  }

  return (
    <>
      <h1>Files</h1>
      {limits.error && (
        <ProblemAlert
          title="Uploads are not possible: the limits could not be loaded"
          error={limits.error}
          onRetry={() => void limits.refetch()}
        />
      )}
      <UploadForm limits={limits.data} uploads={uploads} onStart={start} onRemove={remove} />
      {deletion.error && <ProblemAlert title={`“${deletion.variables.name}” was not deleted`} error={deletion.error} />}
      {download.error && (
        <ProblemAlert title={`“${download.variables.name}” cannot be downloaded`} error={download.error} />
      )}
      <PagedList
        query={files}
        noun="files"
        to="/files"
        page={page}
        onPage={onPage}
        empty={<p>Files go straight from this page to the bucket. Upload the first one.</p>}
      >
        {(entries) => <FileList files={entries} onDownload={download.mutate} onDelete={setDoomed} />}
      </PagedList>

      {doomed && (
        <ConfirmDialog
          title="Delete this file?"
          action="Delete"
          onClose={close}
          onConfirm={() => {
            close();
            deletion.mutate(doomed);
          }}
        >
          “{doomed.name}” will be gone for good.
        </ConfirmDialog>
      )}
    </>
  );
}
