import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PREVIEW_BYTES, previewKind, readText } from "@/features/files/preview";
import { FILES_KEY, inlinePath, type StoredFile } from "@/features/files/queries";
import { apiAddress } from "@/shared/api/place";
import { Dialog } from "@/shared/ui/dialog";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { common } from "@/texts/common";
import { texts } from "@/texts/files";

interface PreviewDialogProps {
  file: StoredFile;
  onClose: () => void;
}

export function PreviewDialog({ file, onClose }: PreviewDialogProps) {
  return (
    <Dialog title={file.name} wide onClose={onClose}>
      <div className="preview">{previewKind(file) === "image" ? <Image file={file} /> : <Text file={file} />}</div>
      <div className="row row-end">
        <button type="button" className="button" onClick={onClose}>
          {common.close}
        </button>
      </div>
    </Dialog>
  );
}

function Image({ file }: { file: StoredFile }) {
  const [failed, setFailed] = useState(false);

  if (failed) {
    return <ProblemAlert title={texts.noImage} error={new Error(texts.noImageDetail)} />;
  }
  return (
    <img
      src={apiAddress(inlinePath(file))}
      alt={file.name}
      onError={() => {
        setFailed(true);
      }}
    />
  );
}

function Text({ file }: { file: StoredFile }) {
  const { data, error, refetch } = useQuery({
    // Below the files' own key, so that it is read again when a new version came.
    queryKey: [...FILES_KEY, "preview", file.id],
    queryFn: ({ signal }) => readText(file, signal),
  });

  if (error) return <ProblemAlert title={texts.noText} error={error} onRetry={() => void refetch()} />;
  if (!data) return <p className="muted">{texts.loadingText}</p>;
  return (
    <>
      {/* Long texts scroll, which the keyboard can do only from within. */}
      <pre tabIndex={0} role="region" aria-label={texts.textOf(file.name)}>
        {data.text}
      </pre>
      {data.cut && <p className="muted">{texts.beginning(PREVIEW_BYTES, file.size)}</p>}
    </>
  );
}
