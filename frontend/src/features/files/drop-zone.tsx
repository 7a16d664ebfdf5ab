import { useEffect, useId, useRef, useState, type DragEvent } from "react";
import { acceptedTypes, describeLimits } from "@/features/files/limits";
import type { UploadLimits } from "@/features/files/queries";
import { Icon } from "@/shared/ui/icon";
import { texts } from "@/texts/files";

interface DropZoneProps {
  limits: UploadLimits | undefined;
  onFiles: (files: File[]) => void;
}

/** Takes files that are dropped on it or chosen. Those dropped beside it are not opened instead of the page. */
export function DropZone({ limits, onFiles }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const [over, setOver] = useState(false);
  useNoDropsBeside();

  return (
    <section
      className="drop-zone"
      aria-label={texts.upload}
      data-over={over}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        // Not when it only enters an element within.
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(false);
        onFiles(Array.from(event.dataTransfer.files));
      }}
    >
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={texts.toUpload}
        accept={limits && acceptedTypes(limits)}
        onChange={(event) => {
          const { files } = event.target;
          if (files) onFiles(Array.from(files));
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
      <p className="drop-text">
        <strong>
          {over ? (
            texts.letGo
          ) : (
            <>
              <span className="with-mouse">{texts.drop}</span>
              <span className="with-finger">{texts.choose}</span>
            </>
          )}
        </strong>
        <span className="muted" id={hintId}>
          {limits ? describeLimits(limits) : texts.loadingLimits}
        </span>
      </p>
      <button
        type="button"
        className="button button-primary"
        aria-describedby={hintId}
        onClick={() => input.current?.click()}
      >
        <Icon name="upload" />
        {texts.uploadFiles}
      </button>
    </section>
  );
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files");
}

function useNoDropsBeside() {
  useEffect(() => {
    function ignore(event: Event) {
      event.preventDefault();
    }
    window.addEventListener("dragover", ignore);
    window.addEventListener("drop", ignore);
    return () => {
      window.removeEventListener("dragover", ignore);
      window.removeEventListener("drop", ignore);
    };
  }, []);
}
