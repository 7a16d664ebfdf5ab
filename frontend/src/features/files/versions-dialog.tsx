import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useRestoreVersion, versionAddress, versionsQuery, type StoredFile } from "@/features/files/queries";
import { formatBytes, formatDateTime } from "@/shared/format";
import { Dialog } from "@/shared/ui/dialog";
import { Icon } from "@/shared/ui/icon";
import { Moment } from "@/shared/ui/moment";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { common } from "@/texts/common";
import { texts } from "@/texts/files";

interface VersionsDialogProps {
  file: StoredFile;
  onReplace: (file: File) => void;
  onClose: () => void;
}

/** What the bucket holds of a file: each version can be had and restored, and a new one uploaded. */
export function VersionsDialog({ file, onReplace, onClose }: VersionsDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  const { data, error, refetch } = useQuery(versionsQuery(file));
  const restoring = useRestoreVersion(file);

  return (
    <Dialog title={texts.versionsTitle(file.name)} wide onClose={onClose}>
      <p className="muted">{texts.versionsDetail}</p>
      {restoring.error && <ProblemAlert title={texts.versionNotRestored} error={restoring.error} />}
      {error && <ProblemAlert title={texts.noVersions} error={error} onRetry={() => void refetch()} />}
      {!data && !error && <p className="muted">{texts.loadingVersions}</p>}
      {data && (
        <ul className="list" aria-label={texts.versionsOf(file.name)}>
          {data.items.map(({ id, size, uploaded_at, is_current }) => {
            const when = formatDateTime(uploaded_at);
            return (
              <li key={id} className="version">
                <Moment at={uploaded_at} className="list-title" />
                <span className="muted list-number">{formatBytes(size)}</span>
                {is_current ? (
                  <span className="muted">{texts.current}</span>
                ) : (
                  <button
                    type="button"
                    className="button"
                    disabled={restoring.isPending}
                    aria-label={texts.restoreVersion(when)}
                    onClick={() => {
                      restoring.mutate(id);
                    }}
                  >
                    {texts.restore}
                  </button>
                )}
                <a
                  className="button button-quiet button-icon"
                  href={versionAddress(file, id)}
                  title={texts.download}
                  aria-label={texts.downloadVersion(when)}
                >
                  <Icon name="download" />
                </a>
              </li>
            );
          })}
        </ul>
      )}
      <div className="row row-end">
        <button type="button" className="button" onClick={onClose}>
          {common.close}
        </button>
        <button type="button" className="button button-primary" onClick={() => input.current?.click()}>
          {texts.newVersion}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={texts.newVersionOf(file.name)}
          onChange={({ target }) => {
            const [chosen] = target.files ?? [];
            if (chosen) onReplace(chosen);
          }}
        />
      </div>
    </Dialog>
  );
}
