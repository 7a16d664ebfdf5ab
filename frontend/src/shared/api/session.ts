/**
 * Who may see the app's data: the session as the server tells it, and the gate that every other request passes.
 * Without a session nothing is asked for; an answer 401 ends it, and the frame around the pages leads to the sign-in.
 */
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import type { Middleware } from "openapi-fetch";
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { notifyFailure } from "@/shared/notices";

export type Session = components["schemas"]["SessionState"];

const KEY = ["session"] as const;
const PATH = "/api/session";

export const sessionQuery = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }): Promise<Session> => unwrap(api.GET(PATH, { signal })),
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
      client.setQueryData<Session>(KEY, { access: "password", signed_in: true });
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE(PATH)),
    onSuccess: () => {
      endSession(client);
    },
    onError: (error) => {
      notifyFailure("You are still signed in", error);
    },
  });
}

function endSession(client: QueryClient): void {
  client.setQueryData<Session>(KEY, (session) => session && { ...session, signed_in: false });
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
      if (!signed_in) throw new ApiProblem("Sign in first", { status: 401 });
    },
    onResponse({ schemaPath, response }) {
      if (schemaPath !== PATH && response.status === 401) endSession(client);
    },
  };
  api.use(installed);
}
