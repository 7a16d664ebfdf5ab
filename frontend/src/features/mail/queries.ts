/** Sending mail through the API, which knows the only address it may go to. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type MailDraft = components["schemas"]["MailCreate"];
export type SentMail = components["schemas"]["MailSent"];
export type MailAddresses = components["schemas"]["MailAddresses"];

export const mailAddressesQuery = queryOptions({
  queryKey: ["mail-addresses"],
  queryFn: ({ signal }): Promise<MailAddresses> => unwrap(api.GET("/api/mail", { signal })),
  staleTime: Infinity,
});

export function useSendMail() {
  return useMutation({
    mutationFn: (draft: MailDraft): Promise<SentMail> => unwrap(api.POST("/api/mail", { body: draft })),
  });
}
