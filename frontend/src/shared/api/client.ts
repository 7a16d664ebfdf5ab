/** The typed client of the API, generated from its OpenAPI document; paths there include /api, on this origin. */
import createClient from "openapi-fetch";
import { problemFromError, problemFromResponse } from "@/shared/api/problem";
import type { paths } from "@/shared/api/schema";

export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  // Looked up at each call, so that tests can replace it.
  fetch: (request) => globalThis.fetch(request),
});

type Answer<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

/** The data of an answer, or an ApiProblem thrown. */
export async function unwrap<Data>(answer: Answer<Data>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw problemFromError(cause);
  });
  if (!response.ok) throw problemFromResponse(response, error);
  return data as Exclude<Data, undefined>;
}
