/**
 * Who may see the app's data: the session as the server tells it, and the gate that every other request passes.
 * Without a session nothing is asked for; an answer 401 ends it, and the frame around the pages leads to the sign-in.
 */
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import type { Middleware } from "openapi-fetch";
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { notifyDone, notifyFailure } from "@/shared/notices";
import { rememberSite } from "@/shared/site";
import { common } from "@/texts/common";
import { problems } from "@/texts/problems";

export type Session = components["schemas"]["SessionState"];

const KEY = ["session"] as const;
const PATH = "/api/session";

export const sessionQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ signal }): Promise<Session> => {
    const session = await unwrap(api.GET(PATH, { signal }));
    rememberSite(session);
    return session;
  },
  staleTime: Infinity,
  gcTime: Infinity,
  // Who waits for the session asks again: the overview at its next look, a list when told to.
  retry: false,
});

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (password: string) => unwrap(api.POST(PATH, { body: { password } })),
    onSuccess: async () => {
      forgetData(client);
      // Asked before the sign-in, its answer may arrive after it.
      await client.cancelQueries({ queryKey: KEY });
      const names = client.getQueryData<Session>(KEY) ?? { project: "", stack: "" };
      const session: Session = { ...names, access: "password", signed_in: true };
      rememberSite(session);
      client.setQueryData<Session>(KEY, session);
      // A link that signs in may be quicker than the answer with the names.
      if (session.project === "") {
        void unwrap(api.GET(PATH)).then(
          ({ project, stack }) => {
            rememberSite({ project, stack, signed_in: true });
          },
          () => undefined,
        );
      }
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE(PATH)),
    onSuccess: () => {
      endSession(client);
      notifyDone(common.signedOut);
    },
    onError: (error) => {
      notifyFailure(common.stillSignedIn, error);
    },
  });
}

function endSession(client: QueryClient): void {
  client.setQueryData<Session>(KEY, (session) => {
    if (!session) return undefined;
    rememberSite({ ...session, signed_in: false });
    return { ...session, signed_in: false };
  });
  forgetData(client);
}

/** What was seen in one session is not shown in the next, nor kept between them. */
function forgetData(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}

let installed: Middleware | undefined;

/** Makes every request but the session's own wait until it is known that somebody is signed in. */
export function guardRequests(client: QueryClient): void {
  if (installed) api.eject(installed);
  installed = {
    async onRequest({ schemaPath }) {
      if (schemaPath === PATH) return;
      const { signed_in } = await client.query(sessionQuery);
      if (!signed_in) throw new ApiProblem(problems.signInFirst, { status: 401 });
    },
    onResponse({ schemaPath, response }) {
      if (schemaPath !== PATH && response.status === 401) endSession(client);
    },
  };
  api.use(installed);
}
