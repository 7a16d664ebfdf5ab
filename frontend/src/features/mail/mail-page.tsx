import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { mailAddressesQuery, useSendMail } from "@/features/mail/queries";
import { SentMails } from "@/features/mail/sent-mails";
import { ApiProblem } from "@/shared/api/problem";
import { Field } from "@/shared/ui/field";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import "@/features/mail/mail.css";

/** The API's limits, so that the browser explains them before anything is sent. */
const SUBJECT_CHARACTERS = 200;
const TEXT_CHARACTERS = 10_000;

const BLANK = { subject: "", text: "" };

export function MailPage() {
  const [draft, setDraft] = useState(BLANK);
  const addresses = useQuery(mailAddressesQuery);
  const sending = useSendMail();
  const fields = sending.error instanceof ApiProblem ? sending.error.fields : {};
  const recipient = addresses.data?.recipient ?? "the configured address";
  const mailbox = addresses.data?.mailbox_url;

  return (
    <>
      <PageHeader title="Mail" lede="To the configured address, and to no other." />
      {addresses.error && (
        <ProblemAlert
          title="The addresses could not be loaded"
          error={addresses.error}
          onRetry={() => void addresses.refetch()}
        />
      )}
      <form
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          sending.mutate(draft, {
            onSuccess: () => {
              setDraft(BLANK);
            },
          });
        }}
      >
        <dl className="addresses">
          <dt>From</dt>
          <dd>{addresses.data?.sender ?? "…"}</dd>
          <dt>To</dt>
          <dd>{addresses.data?.recipient ?? "…"}</dd>
        </dl>
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
        <div className="row">
          <button type="submit" className="button button-primary" disabled={sending.isPending}>
            {sending.isPending ? "Sending…" : "Send"}
          </button>
          {mailbox && (
            <a className="button" href={mailbox} target="_blank" rel="noreferrer">
              Open the mailbox
            </a>
          )}
        </div>
        {/* Always there, so that what comes into it is read out. */}
        <div role="status">{sending.isSuccess && <p className="alert alert-success">Sent to {recipient}.</p>}</div>
      </form>
      <SentMails />
    </>
  );
}
