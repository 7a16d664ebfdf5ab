import { useRef, useState } from "react";
import { useRenameFile, type StoredFile } from "@/features/files/queries";
import { ApiProblem } from "@/shared/api/problem";
import { BusyButton } from "@/shared/ui/busy-button";
import { Dialog } from "@/shared/ui/dialog";
import { Field } from "@/shared/ui/field";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { textProblem } from "@/shared/validation";
import { common } from "@/texts/common";
import { texts } from "@/texts/files";

const NAME = { label: texts.name, limit: 200, required: true };

export function RenameDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const [name, setName] = useState(file.name);
  const input = useRef<HTMLInputElement>(null);
  const renaming = useRenameFile();
  const { error } = renaming;
  const refused = error instanceof ApiProblem && renaming.variables?.name === name ? error.fields.name : undefined;
  const wrong = textProblem(name, NAME) ?? (/[/\\]/.test(name) ? texts.slash : undefined);

  function submit() {
    if (wrong) input.current?.focus();
    else if (name.trim() === file.name) onClose();
    else renaming.mutate({ id: file.id, name: name.trim() }, { onSuccess: onClose });
  }

  return (
    <Dialog title={texts.renameTitle} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label={NAME.label} error={wrong ?? refused} counted={{ text: name, limit: NAME.limit }}>
          {(control) => (
            <input
              {...control}
              ref={input}
              aria-required
              autoComplete="off"
              value={name}
              onFocus={(event) => {
                // The name without its ending, which mostly stays.
                const dot = name.lastIndexOf(".");
                event.target.setSelectionRange(0, dot > 0 ? dot : name.length);
              }}
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          )}
        </Field>
        {error && <ProblemAlert title={texts.notRenamed} error={error} />}
        <div className="row row-end">
          <button type="button" className="button" onClick={onClose}>
            {common.cancel}
          </button>
          <BusyButton type="submit" busy={renaming.isPending}>
            {texts.rename}
          </BusyButton>
        </div>
      </form>
    </Dialog>
  );
}
