import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { mailAddressesQuery, useSendMail } from "@/features/mail/queries";
import { ApiProblem } from "@/shared/api/problem";
import { usePageTitle } from "@/shared/page-title";
import { Field } from "@/shared/ui/field";
import { ProblemAlert } from "@/shared/ui/problem-alert";

/** The API's limits, so that the browser explains them before anything is sent. */
const SUBJECT_CHARACTERS = 200;
const TEXT_CHARACTERS = 10_000;

const BLANK = { subject: "", text: "" };

export function MailPage() {
  usePageTitle("Mail");
  const [draft, setDraft] = useState(BLANK);
  const addresses = useQuery(mailAddressesQuery);
  const sending = useSendMail();
  const fields = sending.error instanceof ApiProblem ? sending.error.fields : {};

  return (
    <>
      <h1>Mail</h1>
      {addresses.error && (
        <ProblemAlert
          title="The addresses could not be loaded"
          error={addresses.error}
          onRetry={() => void addresses.refetch()}
        />
      )}
      <p>
        Mail goes to <strong>{addresses.data?.recipient ?? "the configured address"}</strong> and to no other; the
        stack&apos;s configuration says so.
      </p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          sending.mutate(draft, {
            onSuccess: () => {
              setDraft(BLANK);
            },
          });
        }}
      >
        <Field label="Subject" error={fields.subject}>
          {(control) => (
            <input
              {...control}
              required
              maxLength={SUBJECT_CHARACTERS}
              value={draft.subject}
              onChange={(event) => {
                setDraft({ ...draft, subject: event.target.value });
              }}
            />
          )}
        </Field>
        <Field label="Message" error={fields.text}>
          {(control) => (
            <textarea
              {...control}
              required
              rows={8}
              maxLength={TEXT_CHARACTERS}
              value={draft.text}
              onChange={(event) => {
                setDraft({ ...draft, text: event.target.value });
              }}
            />
          )}
        </Field>
        {sending.error && <ProblemAlert title="The mail was not sent" error={sending.error} />}
        {sending.isSuccess && (
          <p className="alert alert-success" role="status">
            Sent to {addresses.data?.recipient ?? "the configured address"}.
          </p>
        )}
        <div className="row">
          <button type="submit" className="button button-primary" disabled={sending.isPending}>
            {sending.isPending ? "Sending…" : "Send"}
          </button>
        </div>
      </form>
    </>
  );
}
