import { useId, useRef } from "react";
import { acceptedTypes, describeLimits } from "@/features/files/limits";
import type { UploadLimits } from "@/features/files/queries";
import type { Upload } from "@/features/files/use-uploads";
import { formatBytes } from "@/shared/format";
import { ProblemAlert } from "@/shared/ui/problem-alert";

interface UploadFormProps {
  limits: UploadLimits | undefined;
  uploads: Upload[];
  onStart: (files: File[], limits: UploadLimits) => void;
  onRemove: (id: number) => void;
}

/** Chooses files and shows how each gets on. */
export function UploadForm({ limits, uploads, onStart, onRemove }: UploadFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const hintId = useId();

  return (
    <section className="stack" aria-label="Upload">
      <div className="row">
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          accept={limits && acceptedTypes(limits)}
          onChange={(event) => {
            const { files } = event.target;
            if (limits && files) onStart(Array.from(files), limits);
            // The same file may be chosen again.
            event.target.value = "";
          }}
        />
        <button
          type="button"
          className="button button-primary"
          disabled={!limits}
          aria-describedby={hintId}
          onClick={() => input.current?.click()}
        >
          Upload files
        </button>
        <p id={hintId} className="muted">
          {limits ? describeLimits(limits) : "Loading the limits…"}
        </p>
      </div>
      {uploads.length > 0 && (
        <ul className="list" aria-label="Uploads">
          {uploads.map((upload) => (
            <li key={upload.id}>
              <UploadState upload={upload} onRemove={onRemove} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function UploadState({ upload, onRemove }: { upload: Upload; onRemove: (id: number) => void }) {
  const { id, file, fraction, error } = upload;
  const percent = Math.round(fraction * 100);

  return (
    <>
      <div className="list-text stack">
        {error ? (
          <ProblemAlert title={`“${file.name}” was not uploaded`} error={error} />
        ) : (
          <>
            <p className="list-title">{file.name}</p>
            <progress aria-label={`Upload of ${file.name}`} max={100} value={percent} />
            <p className="muted">
              {percent} % of {formatBytes(file.size)}
            </p>
          </>
        )}
      </div>
      <button
        type="button"
        className="button"
        aria-label={error ? `Dismiss ${file.name}` : `Cancel ${file.name}`}
        onClick={() => {
          onRemove(id);
        }}
      >
        {error ? "Dismiss" : "Cancel"}
      </button>
    </>
  );
}
