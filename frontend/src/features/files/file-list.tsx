import { previewKind } from "@/features/files/preview";
import { downloadPath, type StoredFile } from "@/features/files/queries";
import { formatBytes, formatDateTime } from "@/shared/format";

interface FileListProps {
  files: StoredFile[];
  onPreview: (file: StoredFile) => void;
  onDownload: (file: StoredFile) => void;
  onDelete: (file: StoredFile) => void;
}

export function FileList({ files, ...actions }: FileListProps) {
  return (
    <ul className="list" aria-label="Files">
      {files.map((file) => (
        <FileRow key={file.id} file={file} {...actions} />
      ))}
    </ul>
  );
}

interface FileRowProps extends Omit<FileListProps, "files"> {
  file: StoredFile;
}

function FileRow({ file, onPreview, onDownload, onDelete }: FileRowProps) {
  return (
    <li>
      <div className="list-text">
        <p className="list-title">{file.name}</p>
        <p className="muted">
          {formatBytes(file.size)} · {file.content_type} ·{" "}
          <time dateTime={file.created_at}>{formatDateTime(file.created_at)}</time>
        </p>
      </div>
      <div className="row">
        {previewKind(file) && (
          <button
            type="button"
            className="button button-quiet"
            aria-label={`Preview ${file.name}`}
            onClick={() => {
              onPreview(file);
            }}
          >
            Preview
          </button>
        )}
        <a
          className="button button-quiet"
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
          className="button button-quiet"
          aria-label={`Delete ${file.name}`}
          onClick={() => {
            onDelete(file);
          }}
        >
          Delete
        </button>
      </div>
    </li>
  );
}
