import { useState } from "react";
import type { ItemDraft } from "@/features/items/queries";
import { ApiProblem } from "@/shared/api/problem";
import { Dialog } from "@/shared/ui/dialog";
import { Field } from "@/shared/ui/field";
import { ProblemAlert } from "@/shared/ui/problem-alert";

/** The API's limits, so that the browser explains them before anything is sent. */
const TITLE_CHARACTERS = 200;
const DESCRIPTION_CHARACTERS = 10_000;

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
  const fields = error instanceof ApiProblem ? error.fields : {};

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit({ ...draft, title: draft.title.trim() });
        }}
      >
        <Field label="Title" error={fields.title}>
          {(control) => (
            <input
              {...control}
              required
              // Not only spaces.
              pattern=".*\S.*"
              title="At least one character that is not a space"
              maxLength={TITLE_CHARACTERS}
              value={draft.title}
              onChange={(event) => {
                setDraft({ ...draft, title: event.target.value });
              }}
            />
          )}
        </Field>
        <Field label="Description (optional)" error={fields.description}>
          {(control) => (
            <textarea
              {...control}
              rows={4}
              maxLength={DESCRIPTION_CHARACTERS}
              value={draft.description}
              onChange={(event) => {
                setDraft({ ...draft, description: event.target.value });
              }}
            />
          )}
        </Field>
        {error && <ProblemAlert title="The item was not saved" error={error} />}
        <div className="row row-end">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary">
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
