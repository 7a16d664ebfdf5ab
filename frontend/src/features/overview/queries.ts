/** What the overview asks: the page's own address (CloudFront), the front end's version, and the API. */
import { queryOptions } from "@tanstack/react-query";
import { api, reach, unwrap } from "@/shared/api/client";
import { ApiProblem, problemFromError } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { texts } from "@/texts/overview";

export type Overview = components["schemas"]["Overview"];

const EVERY_MS = 5_000;
/** Longer than the API's own bound for its checks. */
const PATIENCE_MS = 8_000;

/** While the page is visible; an answer of a moment ago is never shown as today's when the next one fails. */
const LIVE = { refetchInterval: EVERY_MS, staleTime: 0, retry: false } as const;

export interface Timed<Data> {
  data: Data;
  milliseconds: number;
}

async function timed<Data>(ask: () => Promise<Data>): Promise<Timed<Data>> {
  const started = performance.now();
  const data = await ask();
  return { data, milliseconds: performance.now() - started };
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
}

/** A request for something that is not the API's; its cached copy would say nothing about now. */
async function askSite(path: string, signal: AbortSignal, method = "GET"): Promise<Response> {
  const request = new Request(new URL(path, window.location.origin), {
    method,
    cache: "no-store",
    signal: bounded(signal),
  });
  return reach(request).catch((error: unknown) => {
    throw problemFromError(error);
  });
}

/** CloudFront's word on the page: "Hit from cloudfront", "Miss from cloudfront"...; null when the answer has none. */
export const pageQuery = queryOptions({
  queryKey: ["overview", "page"],
  queryFn: ({ signal }) =>
    timed(async () => {
      const { headers } = await askSite("/", signal, "HEAD");
      return { cache: headers.get("x-cache") };
    }),
  ...LIVE,
});

export const frontEndQuery = queryOptions({
  queryKey: ["overview", "front-end"],
  queryFn: ({ signal }) =>
    timed(async () => {
      const response = await askSite("/version.json", signal);
      if (!response.ok) throw new ApiProblem(texts.frontEndStatus(response.status), { status: response.status });
      const { version } = (await response.json().catch(() => ({}))) as { version?: unknown };
      return { version: typeof version === "string" ? version : "unknown" };
    }),
  ...LIVE,
});

export const overviewQuery = queryOptions({
  queryKey: ["overview", "api"],
  queryFn: ({ signal }) =>
    timed((): Promise<Overview> => unwrap(api.GET("/api/overview", { signal: bounded(signal) }))),
  ...LIVE,
});
