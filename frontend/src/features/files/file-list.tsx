import { FileRows } from "@/features/files/file-rows";
import { previewKind } from "@/features/files/preview";
import { downloadAddress, type StoredFile } from "@/features/files/queries";
import type { Selection } from "@/shared/selection";
import { Icon, type IconName } from "@/shared/ui/icon";
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

export function FileList({ files, selection, ...rest }: FileListProps) {
  return (
    <FileRows
      label={texts.title}
      files={files}
      selection={selection}
      moment={{ title: texts.columns.uploaded, of: (file) => file.created_at }}
      actions={(file) => <Actions file={file} {...rest} />}
    />
  );
}

interface ActionsProps extends Omit<FileListProps, "files" | "selection"> {
  file: StoredFile;
}

function Actions({ file, onPreview, onDownload, onRename, onVersions, onDelete }: ActionsProps) {
  const shown = previewKind(file) !== undefined;
  return (
    <>
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
        href={downloadAddress(file)}
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
    </>
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
