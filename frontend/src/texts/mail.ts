export const texts = {
  title: "Mail",
  lede: (recipient: string | undefined) =>
    recipient ? `Sends to ${recipient} only` : "Sends to the configured address only",
  addressesNotLoaded: "The addresses couldn’t be loaded",
  fields: { subject: "Subject", message: "Message" },
  send: "Send",
  sending: "Sending…",
  sent: (recipient: string) => `Sent to ${recipient}`,
  configured: "the configured address",
  notSent: "The mail wasn’t sent",
  mailbox: "Open the mailbox",

  recent: "Recently sent",
  recentNotLoaded: "The recently sent mails couldn’t be loaded",
  columns: { subject: "Subject", state: "State", recipient: "To", sent: "Sent" },
  states: {
    sent: "On its way",
    delayed: "Delayed; SES keeps trying",
    delivered: "Delivered",
    rejected: "Rejected by SES",
    bounced: "Bounced",
    complained: "Marked as spam",
  },
} as const;
