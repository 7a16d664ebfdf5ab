import type { Upload } from "@/features/files/use-uploads";
import { ApiProblem, problemText } from "@/shared/api/problem";
import { common } from "@/texts/common";
import { texts } from "@/texts/files";

interface UploadListProps {
  uploads: Upload[];
  onRemove: (id: number) => void;
  onRetry: (id: number) => void;
}

/** How each upload gets on. */
export function UploadList({ uploads, ...actions }: UploadListProps) {
  return (
    <ul className="list" aria-label={texts.uploads}>
      {uploads.map((upload) =>
        upload.error ? (
          <FailedRow key={upload.id} upload={upload} error={upload.error} {...actions} />
        ) : (
          <UploadRow key={upload.id} upload={upload} {...actions} />
        ),
      )}
    </ul>
  );
}

interface RowProps extends Omit<UploadListProps, "uploads"> {
  upload: Upload;
}

function UploadRow({ upload: { id, file, fraction }, onRemove }: RowProps) {
  return (
    <li className="upload">
      <p className="list-cell list-title">{file.name}</p>
      <p className="muted list-number">{progressText(file.size, fraction)}</p>
      <button
        type="button"
        className="button button-quiet"
        aria-label={texts.cancelOf(file.name)}
        onClick={() => {
          onRemove(id);
        }}
      >
        {common.cancel}
      </button>
      <progress aria-label={texts.uploadOf(file.name)} max={100} value={percent(fraction)} />
    </li>
  );
}

function FailedRow({ upload: { id, file }, error, onRemove, onRetry }: RowProps & { error: Error }) {
  return (
    <li className="upload upload-failed">
      <div role="alert">
        <p className="list-title">{texts.notUploaded(file.name)}</p>
        <p className="muted">{reason(error)}</p>
      </div>
      {/* What was refused here would be refused again. */}
      {!isRefusal(error) && (
        <button
          type="button"
          className="button"
          aria-label={texts.retryOf(file.name)}
          onClick={() => {
            onRetry(id);
          }}
        >
          {common.tryAgain}
        </button>
      )}
      <button
        type="button"
        className="button button-quiet"
        aria-label={texts.dismissOf(file.name)}
        onClick={() => {
          onRemove(id);
        }}
      >
        {common.dismiss}
      </button>
    </li>
  );
}

function isRefusal(error: Error): boolean {
  return error instanceof ApiProblem && error.status === 422;
}

/** The reason alone: the row's title says already that the file was not taken. */
function reason(error: Error): string {
  return isRefusal(error) && error instanceof ApiProblem && error.detail ? error.detail : problemText(error);
}

function percent(fraction = 0): number {
  return Math.round(fraction * 100);
}

function progressText(size: number, fraction: number | undefined): string {
  if (fraction === undefined) return texts.waits(size);
  return texts.progress(Math.round(size * fraction), size, percent(fraction));
}
