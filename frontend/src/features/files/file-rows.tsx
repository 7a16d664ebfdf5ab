import type { ReactNode } from "react";
import { typeName } from "@/features/files/limits";
import type { StoredFile } from "@/features/files/queries";
import { formatBytes } from "@/shared/format";
import type { Selection } from "@/shared/selection";
import { Moment } from "@/shared/ui/moment";
import { SelectAllBox, SelectBox } from "@/shared/ui/selection-parts";
import { texts } from "@/texts/files";

interface FileRowsProps {
  /** What the list is of. */
  label: string;
  files: StoredFile[];
  selection: Selection<StoredFile>;
  /** Which moment of a file is told. */
  moment: { title: string; of: (file: StoredFile) => string };
  actions: (file: StoredFile) => ReactNode;
}

/** Files with what is known of each, and what can be done with it. */
export function FileRows({ label, files, selection, moment, actions }: FileRowsProps) {
  const { columns } = texts;
  return (
    <>
      <div className="list-head files-grid">
        <SelectAllBox selection={selection} entries={files} />
        <span>{columns.name}</span>
        <span className="wide-only">{columns.type}</span>
        <span className="wide-only">{columns.size}</span>
        <span className="wide-only">{moment.title}</span>
      </div>
      <ul className="list" aria-label={label}>
        {files.map((file) => (
          <li key={file.id} className="files-grid">
            <SelectBox selection={selection} entry={file} name={file.name} />
            <p className="list-cell list-title" title={file.name}>
              {file.name}
            </p>
            <span className="muted list-cell files-type" title={file.content_type}>
              {typeName(file.content_type)}
            </span>
            <span className="muted list-number files-size">{formatBytes(file.size)}</span>
            <Moment at={moment.of(file)} className="muted files-uploaded" />
            <div className="list-actions">{actions(file)}</div>
          </li>
        ))}
      </ul>
    </>
  );
}
