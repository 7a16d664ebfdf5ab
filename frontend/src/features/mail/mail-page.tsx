import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { mailAddressesQuery, useSendMail } from "@/features/mail/queries";
import { SentMails } from "@/features/mail/sent-mails";
import { ApiProblem } from "@/shared/api/problem";
import { BusyButton } from "@/shared/ui/busy-button";
import { Field } from "@/shared/ui/field";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { textProblem } from "@/shared/validation";
import { texts } from "@/texts/mail";
import "@/features/mail/mail.css";

/** The API's limits. */
const SUBJECT = { label: texts.fields.subject, limit: 200, required: true };
const MESSAGE = { label: texts.fields.message, limit: 10_000, required: true };

const BLANK = { subject: "", text: "" };

export function MailPage() {
  const addresses = useQuery(mailAddressesQuery);
  const mailbox = addresses.data?.mailbox_url;

  return (
    <>
      <PageHeader title={texts.title} lede={texts.lede(addresses.data?.recipient)}>
        {mailbox && (
          <a className="button" href={mailbox} target="_blank" rel="noreferrer">
            {texts.mailbox}
          </a>
        )}
      </PageHeader>
      {addresses.error && (
        <ProblemAlert
          title={texts.addressesNotLoaded}
          error={addresses.error}
          onRetry={() => void addresses.refetch()}
        />
      )}
      <MailForm recipient={addresses.data?.recipient ?? texts.configured} />
      <SentMails />
    </>
  );
}

function MailForm({ recipient }: { recipient: string }) {
  const [draft, setDraft] = useState(BLANK);
  // An empty field is no error before one has tried.
  const [tried, setTried] = useState(false);
  const sending = useSendMail(recipient);
  const subject = useRef<HTMLInputElement>(null);
  const message = useRef<HTMLTextAreaElement>(null);
  const refused = sending.error instanceof ApiProblem ? sending.error.fields : {};

  function submit() {
    setTried(true);
    if (textProblem(draft.subject, SUBJECT)) subject.current?.focus();
    else if (textProblem(draft.text, MESSAGE)) message.current?.focus();
    else
      sending.mutate(draft, {
        onSuccess: () => {
          setDraft(BLANK);
          setTried(false);
          subject.current?.focus();
        },
      });
  }

  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending.isPending) submit();
      }}
    >
      <Field
        label={SUBJECT.label}
        error={textProblem(draft.subject, { ...SUBJECT, required: tried }) ?? refused.subject}
        counted={{ text: draft.subject, limit: SUBJECT.limit }}
      >
        {(control) => (
          <input
            {...control}
            ref={subject}
            aria-required
            autoComplete="off"
            value={draft.subject}
            onChange={(event) => {
              setDraft({ ...draft, subject: event.target.value });
            }}
          />
        )}
      </Field>
      <Field
        label={MESSAGE.label}
        error={textProblem(draft.text, { ...MESSAGE, required: tried }) ?? refused.text}
        counted={{ text: draft.text, limit: MESSAGE.limit }}
      >
        {(control) => (
          <textarea
            {...control}
            ref={message}
            aria-required
            rows={8}
            value={draft.text}
            onChange={(event) => {
              setDraft({ ...draft, text: event.target.value });
            }}
          />
        )}
      </Field>
      {sending.error && <ProblemAlert title={texts.notSent} error={sending.error} />}
      <div className="row">
        <BusyButton type="submit" busy={sending.isPending}>
          {sending.isPending ? texts.sending : texts.send}
        </BusyButton>
      </div>
    </form>
  );
}
