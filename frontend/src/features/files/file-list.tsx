import { typeName } from "@/features/files/limits";
import { previewKind } from "@/features/files/preview";
import { downloadPath, type StoredFile } from "@/features/files/queries";
import { apiAddress } from "@/shared/api/place";
import { formatBytes } from "@/shared/format";
import type { Selection } from "@/shared/selection";
import { Icon, type IconName } from "@/shared/ui/icon";
import { Moment } from "@/shared/ui/moment";
import { SelectAllBox, SelectBox } from "@/shared/ui/selection-parts";
import { texts } from "@/texts/files";

interface FileListProps {
  files: StoredFile[];
  selection: Selection<StoredFile>;
  onPreview: (file: StoredFile) => void;
  onDownload: (file: StoredFile) => void;
  onRename: (file: StoredFile) => void;
  onVersions: (file: StoredFile) => void;
  onDelete: (file: StoredFile) => void;
}

export function FileList({ files, ...rest }: FileListProps) {
  const { columns } = texts;
  return (
    <>
      <div className="list-head files-grid">
        <SelectAllBox selection={rest.selection} entries={files} />
        <span>{columns.name}</span>
        <span className="wide-only">{columns.type}</span>
        <span className="wide-only">{columns.size}</span>
        <span className="wide-only">{columns.uploaded}</span>
      </div>
      <ul className="list" aria-label={texts.title}>
        {files.map((file) => (
          <FileRow key={file.id} file={file} {...rest} />
        ))}
      </ul>
    </>
  );
}

interface FileRowProps extends Omit<FileListProps, "files"> {
  file: StoredFile;
}

function FileRow({ file, selection, onPreview, onDownload, onRename, onVersions, onDelete }: FileRowProps) {
  const shown = previewKind(file) !== undefined;
  return (
    <li className="files-grid">
      <SelectBox selection={selection} entry={file} name={file.name} />
      <p className="list-cell list-title" title={file.name}>
        {file.name}
      </p>
      <span className="muted list-cell files-type" title={file.content_type}>
        {typeName(file.content_type)}
      </span>
      <span className="muted list-number files-size">{formatBytes(file.size)}</span>
      <Moment at={file.created_at} className="muted files-uploaded" />
      <div className="list-actions">
        {shown && (
          <Action
            icon="eye"
            title={texts.preview}
            label={texts.previewOf(file.name)}
            onClick={() => {
              onPreview(file);
            }}
          />
        )}
        <a
          className="button button-quiet button-icon"
          href={apiAddress(downloadPath(file))}
          title={texts.download}
          aria-label={texts.downloadOf(file.name)}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onDownload(file);
          }}
        >
          <Icon name="download" />
        </a>
        <Action
          icon="edit"
          title={texts.rename}
          label={texts.renameOf(file.name)}
          onClick={() => {
            onRename(file);
          }}
        />
        <Action
          icon="history"
          title={texts.versions}
          label={texts.versionsOf(file.name)}
          onClick={() => {
            onVersions(file);
          }}
        />
        <Action
          icon="trash"
          title={texts.delete}
          label={texts.deleteOf(file.name)}
          className="button-removes"
          onClick={() => {
            onDelete(file);
          }}
        />
      </div>
    </li>
  );
}

interface ActionProps {
  icon: IconName;
  title: string;
  label: string;
  className?: string;
  onClick: () => void;
}

function Action({ icon, title, label, className = "", onClick }: ActionProps) {
  return (
    <button
      type="button"
      className={`button button-quiet button-icon ${className}`}
      title={title}
      aria-label={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
