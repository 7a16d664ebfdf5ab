import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "@/shared/api/problem";
import { guardRequests } from "@/shared/api/session";

const RETRIES = 2;

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Error;
  }
}

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // The route's loader has just asked; when that failed, the page shows it and does not ask again at once.
        retryOnMount: false,
        // Offline is an error that the page shows, not an endless wait.
        networkMode: "always",
        retry: (failures, error) => failures < RETRIES && error instanceof ApiProblem && error.temporary,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
  guardRequests(client);
  return client;
}
