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
  notSent: "The email wasn’t sent",
  mailbox: "Open mailbox",

  recent: "Recently sent",
  recentNotLoaded: "Recent emails couldn’t be loaded",
  columns: { subject: "Subject", state: "Status", recipient: "To", sent: "Sent" },
  states: {
    sent: "On its way",
    delayed: "Delayed; SES is still trying",
    delivered: "Delivered",
    rejected: "Rejected by SES",
    bounced: "Bounced",
    complained: "Marked as spam",
  },
} as const;
