/** The API as a table of answers, and a record of what was asked of it. */
import { vi } from "vitest";

export interface Call {
  method: string;
  url: URL;
  body: unknown;
}

export type Handler = (call: Call) => Response | Promise<Response>;

/** Somebody is signed in, unless the test says otherwise. */
const SIGNED_IN = { access: "password", signed_in: true };

/** `handlers` by method and path, for example "GET /api/items"; a path may end in /* for an id. */
export function fakeApi(handlers: Record<string, Handler>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    const call = {
      method: request.method,
      url: new URL(request.url),
      body: text ? (JSON.parse(text) as unknown) : null,
    };
    const path = call.url.pathname;
    if (path === "/api/session" && !handlers[`${call.method} ${path}`]) return json(SIGNED_IN);
    calls.push(call);
    const handler =
      handlers[`${call.method} ${path}`] ?? handlers[`${call.method} ${path.slice(0, path.lastIndexOf("/"))}/*`];
    if (!handler) throw new Error(`The fake API has no answer for ${call.method} ${path}`);
    return handler(call);
  });
  return calls;
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function problem(status: number, title: string, more: object = {}): Response {
  return new Response(JSON.stringify({ type: "about:blank", title, status, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

/** The first time this answer, then none: what shows afterwards is not the server's doing. */
export function onlyOnce(answer: () => Response): Handler {
  let asked = false;
  return () => {
    if (asked) return new Promise<Response>(() => undefined);
    asked = true;
    return answer();
  };
}

/** An answer that comes when the test says so. */
export function later(): { answer: Promise<Response>; resolve: (response: Response) => void } {
  let resolve: (response: Response) => void = () => undefined;
  const answer = new Promise<Response>((settle) => {
    resolve = settle;
  });
  return { answer, resolve };
}
