/** The typed client of the API, generated from its OpenAPI document; paths there begin with /api. */
import createClient from "openapi-fetch";
import { ApiRequest } from "@/shared/api/place";
import { problemFromError, problemFromResponse } from "@/shared/api/problem";
import type { paths } from "@/shared/api/schema";
import { noteReached } from "@/shared/online";

/** `fetch`, looked up at each call so that tests can replace it, which notes whether the server was reached. */
export async function reach(request: Request): Promise<Response> {
  try {
    const response = await globalThis.fetch(request);
    noteReached(true);
    return response;
  } catch (error) {
    if (!request.signal.aborted) noteReached(false);
    throw error;
  }
}

export const api = createClient<paths>({ fetch: reach, Request: ApiRequest });

type Answer<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

/** The data of an answer, or an ApiProblem thrown. */
export async function unwrap<Data>(answer: Answer<Data>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw problemFromError(cause);
  });
  if (!response.ok) throw problemFromResponse(response, error);
  return data as Exclude<Data, undefined>;
}
