/** Sending mail through the API, which knows the only address it may go to. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { notifyDone } from "@/shared/notices";
import { texts } from "@/texts/mail";

export type MailDraft = components["schemas"]["MailCreate"];
export type SentMail = components["schemas"]["MailSent"];
export type MailState = components["schemas"]["MailRecord"]["state"];
export type SentMails = components["schemas"]["MailRecords"];
export type MailAddresses = components["schemas"]["MailAddresses"];

export const mailAddressesQuery = queryOptions({
  queryKey: ["mail-addresses"],
  queryFn: ({ signal }): Promise<MailAddresses> => unwrap(api.GET("/api/mail", { signal })),
  staleTime: Infinity,
});

/** SES tells after seconds, or days, what became of a mail. */
const LOOK_AGAIN_MS = 10_000;

export const sentMailsQuery = queryOptions({
  queryKey: ["sent-mails"],
  queryFn: ({ signal }): Promise<SentMails> => unwrap(api.GET("/api/mail/messages", { signal })),
  refetchInterval: LOOK_AGAIN_MS,
});

export function useSendMail(recipient: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: MailDraft): Promise<SentMail> => unwrap(api.POST("/api/mail", { body: draft })),
    onSuccess: () => {
      notifyDone(texts.sent(recipient));
      void client.invalidateQueries(sentMailsQuery);
    },
  });
}
