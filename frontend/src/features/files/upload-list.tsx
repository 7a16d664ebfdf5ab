import type { Upload } from "@/features/files/use-uploads";
import { formatBytes } from "@/shared/format";
import { ProblemAlert } from "@/shared/ui/problem-alert";

interface UploadListProps {
  uploads: Upload[];
  onRemove: (id: number) => void;
}

/** How each upload gets on. */
export function UploadList({ uploads, onRemove }: UploadListProps) {
  return (
    <ul className="list" aria-label="Uploads">
      {uploads.map((upload) => (
        <UploadRow key={upload.id} upload={upload} onRemove={onRemove} />
      ))}
    </ul>
  );
}

function UploadRow({
  upload: { id, file, fraction, error },
  onRemove,
}: { upload: Upload } & Pick<UploadListProps, "onRemove">) {
  return (
    <li>
      <div className="list-text upload-text">
        {error ? (
          <ProblemAlert title={`“${file.name}” was not uploaded`} error={error} />
        ) : (
          <>
            <p className="list-title">{file.name}</p>
            <progress aria-label={`Upload of ${file.name}`} max={100} value={percent(fraction)} />
            <p className="muted mono">{progressText(file.size, fraction)}</p>
          </>
        )}
      </div>
      <button
        type="button"
        className="button button-quiet"
        aria-label={error ? `Dismiss ${file.name}` : `Cancel ${file.name}`}
        onClick={() => {
          onRemove(id);
        }}
      >
        {error ? "Dismiss" : "Cancel"}
      </button>
    </li>
  );
}

function percent(fraction = 0): number {
  return Math.round(fraction * 100);
}

function progressText(size: number, fraction: number | undefined): string {
  if (fraction === undefined) return `${formatBytes(size)}, waits for its turn`;
  return `${formatBytes(Math.round(size * fraction))} of ${formatBytes(size)}, ${percent(fraction)} %`;
}
