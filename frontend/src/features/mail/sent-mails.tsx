import { useQuery } from "@tanstack/react-query";
import { sentMailsQuery, type MailState } from "@/features/mail/queries";
import { formatDateTime } from "@/shared/format";
import { ProblemAlert } from "@/shared/ui/problem-alert";

const WORDS: Record<MailState, string> = {
  sent: "on its way",
  delayed: "delayed, SES tries again",
  delivered: "delivered",
  rejected: "not sent by SES",
  bounced: "came back",
  complained: "reported as spam",
};

/** What became of the latest mails, as SES tells it after a while. */
export function SentMails() {
  const mails = useQuery(sentMailsQuery);
  if (mails.error) {
    return (
      <ProblemAlert
        title="What became of earlier mails could not be loaded"
        error={mails.error}
        onRetry={() => void mails.refetch()}
      />
    );
  }
  if (!mails.data?.mails.length) return null;
  return (
    <section aria-labelledby="sent-mails">
      <h2 id="sent-mails">Sent lately</h2>
      <ul className="list">
        {mails.data.mails.map((mail) => (
          <li key={mail.message_id}>
            <div className="list-text">
              <p className="list-title">{mail.subject}</p>
              <p className="muted">
                {WORDS[mail.state]} · {mail.recipient} ·{" "}
                <time dateTime={mail.sent_at}>{formatDateTime(mail.sent_at)}</time>
              </p>
              {mail.reason && <p className="muted">{mail.reason}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
