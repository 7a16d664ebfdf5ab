import { useQuery } from "@tanstack/react-query";
import { sentMailsQuery, type MailState } from "@/features/mail/queries";
import { Moment } from "@/shared/ui/moment";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { texts } from "@/texts/mail";

const WORDS: Record<MailState, string> = texts.states;

/** What became of the latest mails, as SES tells it after a while. */
export function SentMails() {
  const mails = useQuery(sentMailsQuery);
  if (mails.error) {
    return <ProblemAlert title={texts.recentNotLoaded} error={mails.error} onRetry={() => void mails.refetch()} />;
  }
  if (!mails.data?.mails.length) return null;
  const { columns } = texts;
  return (
    <section className="stack" aria-labelledby="sent-mails">
      <h2 id="sent-mails">{texts.recent}</h2>
      <div className="list-head mails-grid" aria-hidden="true">
        <span>{columns.subject}</span>
        <span>{columns.state}</span>
        <span className="wide-only">{columns.recipient}</span>
        <span className="wide-only">{columns.sent}</span>
      </div>
      <ul className="list">
        {mails.data.mails.map((mail) => (
          <li key={mail.message_id} className="mails-grid">
            <p className="list-title list-cell" title={mail.subject}>
              {mail.subject}
            </p>
            <p className={`mail-state mail-${mail.state}`}>{WORDS[mail.state]}</p>
            <p className="muted list-cell wide-only" title={mail.recipient}>
              {mail.recipient}
            </p>
            <Moment at={mail.sent_at} className="muted" />
            {mail.reason && <p className="muted mail-reason">{mail.reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
