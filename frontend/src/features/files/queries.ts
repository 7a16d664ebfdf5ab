/** The files on the server: their list, the limits for new ones, their download, deletion and return. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { changePages, eachOf, refreshAfterLast, withoutEntry } from "@/shared/api/optimistic";
import { apiAddress } from "@/shared/api/place";
import type { components } from "@/shared/api/schema";
import { notifyDone, notifyFailure } from "@/shared/notices";
import { PAGE_SIZE, pageOffset } from "@/shared/pages";
import { texts } from "@/texts/files";

export type StoredFile = components["schemas"]["File"];
export type FilePage = components["schemas"]["FilePage"];
export type FileVersions = components["schemas"]["FileVersions"];
export type UploadLimits = components["schemas"]["UploadLimits"];

export const FILES_KEY = ["files"] as const;
const PRESENT_KEY = [...FILES_KEY, "present"] as const;
const DELETED_KEY = [...FILES_KEY, "deleted"] as const;

/** `deleted`: those that can be restored, instead of those that are there. */
export function filesQuery(page = 1, deleted = false) {
  const query = { limit: PAGE_SIZE, offset: pageOffset(page), ...(deleted && { deleted }) };
  return queryOptions({
    queryKey: [...(deleted ? DELETED_KEY : PRESENT_KEY), page],
    queryFn: ({ signal }): Promise<FilePage> => unwrap(api.GET("/api/files", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export const uploadLimitsQuery = queryOptions({
  queryKey: ["upload-limits"],
  queryFn: ({ signal }): Promise<UploadLimits> => unwrap(api.GET("/api/files/limits", { signal })),
  staleTime: Infinity,
});

/** Takes the files off the list at once; those that are refused come back. */
export function useDeleteFiles() {
  const client = useQueryClient();
  const { mutate: restore } = useRestoreFiles();
  return useMutation({
    mutationKey: FILES_KEY,
    mutationFn: (files: readonly StoredFile[]) => eachOf(files, ({ id }) => remove(id)),
    onMutate: (files) =>
      changePages<StoredFile>(client, PRESENT_KEY, (page) =>
        files.reduce((left, { id }) => withoutEntry(left, id), page),
      ),
    onSuccess: ({ done, failed, error }, _files, restorePages) => {
      if (error) {
        restorePages();
        notifyFailure(texts.notDeleted(namesOf(failed)), error);
      }
      if (done.length > 0) {
        notifyDone(texts.deleted(namesOf(done)), () => {
          restore(done);
        });
      }
    },
    onSettled: () => {
      refreshAfterLast(client, FILES_KEY);
    },
  });
}

/** Brings back files that were deleted; the list of those loses them at once. */
export function useRestoreFiles() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: FILES_KEY,
    mutationFn: (files: readonly StoredFile[]) =>
      eachOf(files, ({ id }) =>
        unwrap(api.POST("/api/files/{file_id}/restore", { params: { path: { file_id: id } } })),
      ),
    onMutate: (files) =>
      changePages<StoredFile>(client, DELETED_KEY, (page) =>
        files.reduce((left, { id }) => withoutEntry(left, id), page),
      ),
    onSuccess: ({ done, failed, error }, _files, restorePages) => {
      if (error) {
        restorePages();
        notifyFailure(texts.notRestored(namesOf(failed)), error);
      }
      if (done.length > 0) notifyDone(texts.restored(namesOf(done)));
    },
    onSettled: () => {
      refreshAfterLast(client, FILES_KEY);
    },
  });
}

function remove(id: string): Promise<unknown> {
  return unwrap(api.DELETE("/api/files/{file_id}", { params: { path: { file_id: id } } }));
}

function namesOf(files: readonly StoredFile[]): string[] {
  return files.map(({ name }) => name);
}

export function useRenameFile() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: FILES_KEY,
    mutationFn: ({ id, name }: { id: string; name: string }): Promise<StoredFile> =>
      unwrap(api.PATCH("/api/files/{file_id}", { params: { path: { file_id: id } }, body: { name } })),
    onSuccess: ({ name }) => {
      notifyDone(texts.renamed(name));
    },
    onSettled: () => {
      refreshAfterLast(client, FILES_KEY);
    },
  });
}

export function versionsQuery({ id }: StoredFile) {
  return queryOptions({
    queryKey: [...FILES_KEY, "versions", id],
    queryFn: ({ signal }): Promise<FileVersions> =>
      unwrap(api.GET("/api/files/{file_id}/versions", { params: { path: { file_id: id } }, signal })),
  });
}

/** Makes an older version the current one. */
export function useRestoreVersion(file: StoredFile) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: FILES_KEY,
    mutationFn: (version: string): Promise<StoredFile> =>
      unwrap(
        api.POST("/api/files/{file_id}/versions/{version}/restore", {
          params: { path: { file_id: file.id, version } },
        }),
      ),
    onSuccess: () => {
      notifyDone(texts.versionRestored(file.name));
    },
    onSettled: () => {
      refreshAfterLast(client, FILES_KEY);
    },
  });
}

/** The address that leads to the bytes of one version. */
export function versionAddress({ id }: StoredFile, version: string): string {
  return apiAddress(`/api/files/${id}/versions/${encodeURIComponent(version)}/download`);
}

/** The address that leads to the file's bytes; the browser saves them. */
export function downloadAddress({ id }: StoredFile): string {
  return apiAddress(`/api/files/${id}/download`);
}

/** The same bytes, for the page to show. */
export function inlinePath({ id }: StoredFile): string {
  return `/api/files/${id}/download?disposition=inline`;
}

/** Asks whether the file is there before the browser leaves for it: an error would replace the page. */
export function useDownloadFile() {
  return useMutation({
    mutationFn: ({ id }: StoredFile) => unwrap(api.GET("/api/files/{file_id}", { params: { path: { file_id: id } } })),
    onSuccess: (file) => {
      window.location.assign(downloadAddress(file));
    },
    onError: (error, { name }) => {
      notifyFailure(texts.notDownloaded(name), error);
    },
  });
}
