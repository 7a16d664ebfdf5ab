import { downloadPath, type StoredFile } from "@/features/files/queries";
import { formatBytes, formatDateTime } from "@/shared/format";

interface FileListProps {
  files: StoredFile[];
  onDownload: (file: StoredFile) => void;
  onDelete: (file: StoredFile) => void;
}

export function FileList({ files, onDownload, onDelete }: FileListProps) {
  return (
    <ul className="list" aria-label="Files">
      {files.map((file) => (
        <li key={file.id}>
          <div className="list-text">
            <p className="list-title">{file.name}</p>
            <p className="muted">
              {formatBytes(file.size)} · {file.content_type} ·{" "}
              <time dateTime={file.created_at}>{formatDateTime(file.created_at)}</time>
            </p>
          </div>
          <div className="row">
            <a
              className="button"
              href={downloadPath(file)}
              aria-label={`Download ${file.name}`}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                onDownload(file);
              }}
            >
              Download
            </a>
            <button
              type="button"
              className="button"
              aria-label={`Delete ${file.name}`}
              onClick={() => {
                onDelete(file);
              }}
            >
              Delete
            </button>
          </div>
        </li>
      ))}
    </ul>
  );
}
