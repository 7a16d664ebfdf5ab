import { useRef, useState } from "react";
import type { ItemDraft } from "@/features/items/queries";
import { ApiProblem } from "@/shared/api/problem";
import { Dialog } from "@/shared/ui/dialog";
import { Field } from "@/shared/ui/field";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { textProblem } from "@/shared/validation";
import { common } from "@/texts/common";
import { texts } from "@/texts/items";

/** The API's limits. */
const TITLE = { label: texts.fields.title, limit: 200, required: true };
const DESCRIPTION = { label: texts.fields.description, limit: 10_000 };

interface ItemDialogProps {
  title: string;
  action: string;
  draft: ItemDraft;
  error?: Error;
  onSubmit: (draft: ItemDraft) => void;
  onClose: () => void;
}

/** The form of an item, for a new one and for a change. */
export function ItemDialog({ title, action, draft: initial, error, onSubmit, onClose }: ItemDialogProps) {
  const [draft, setDraft] = useState(initial);
  // An empty field is no error before one has tried.
  const [tried, setTried] = useState(false);
  const titleField = useRef<HTMLInputElement>(null);
  const descriptionField = useRef<HTMLTextAreaElement>(null);
  const refused = error instanceof ApiProblem && draft === initial ? error.fields : {};
  const wrong = {
    title: textProblem(draft.title, { ...TITLE, required: tried }),
    description: textProblem(draft.description, DESCRIPTION),
  };

  function submit() {
    setTried(true);
    if (textProblem(draft.title, TITLE)) titleField.current?.focus();
    else if (wrong.description) descriptionField.current?.focus();
    else onSubmit({ ...draft, title: draft.title.trim() });
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={TITLE.label}
          error={wrong.title ?? refused.title}
          counted={{ text: draft.title, limit: TITLE.limit }}
        >
          {(control) => (
            <input
              {...control}
              ref={titleField}
              aria-required
              autoComplete="off"
              value={draft.title}
              onChange={(event) => {
                setDraft({ ...draft, title: event.target.value });
              }}
            />
          )}
        </Field>
        <Field
          label={`${DESCRIPTION.label} (${texts.fields.optional})`}
          error={wrong.description ?? refused.description}
          counted={{ text: draft.description, limit: DESCRIPTION.limit }}
        >
          {(control) => (
            <textarea
              {...control}
              ref={descriptionField}
              rows={5}
              value={draft.description}
              onChange={(event) => {
                setDraft({ ...draft, description: event.target.value });
              }}
            />
          )}
        </Field>
        {error && <ProblemAlert title={texts.notSaved} error={error} />}
        <div className="row row-end">
          <button type="button" className="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" className="button button-primary">
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
