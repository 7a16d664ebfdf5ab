/** Errors of the API (RFC 9457, problem+json) and of the way to it, as one class that the pages show. */
import { problems as texts } from "@/texts/problems";

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status, or 0 when no answer arrived. */
  readonly status: number;
  /** What to tell beside the title; may be empty. */
  readonly detail: string;
  /** One message per field that the API refused. */
  readonly fields: Readonly<Record<string, string>>;
  /** Under this id the back end logged the request. */
  readonly requestId: string | undefined;
  /** When the API asked to wait: for how long. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    title: string,
    options: {
      status: number;
      detail?: string;
      fields?: Record<string, string>;
      requestId?: string | undefined;
      retryAfterSeconds?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(title, { cause: options.cause });
    this.status = options.status;
    this.detail = options.detail ?? "";
    this.fields = options.fields ?? {};
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** Whether the same request may succeed a moment later. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** Retry-After as a count of seconds; its form as a date means nothing here. */
function seconds(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** `body` is the parsed problem document, or whatever else arrived. */
export function problemFromResponse(response: Response, body: unknown): ApiProblem {
  const problem = isRecord(body) ? body : {};
  return new ApiProblem(text(problem.title) ?? texts.titles[response.status] ?? texts.answered(response.status), {
    status: response.status,
    detail: text(problem.detail) ?? "",
    fields: fieldErrors(problem.errors),
    requestId: text(problem.request_id) ?? response.headers.get("x-request-id") ?? undefined,
    retryAfterSeconds: seconds(response.headers.get("retry-after")),
  });
}

/** An error in one sentence or two: its title, and what there is to tell beside it. */
export function problemText(error: Error): string {
  return [error.message, error instanceof ApiProblem && error.detail].filter(Boolean).join(": ");
}

/** Anything thrown on the way, as a problem; an aborted request stays what it is. */
export function problemFromError(error: unknown): unknown {
  if (error instanceof ApiProblem) return error;
  if (error instanceof DOMException && error.name === "AbortError") return error;
  if (error instanceof SyntaxError) {
    return new ApiProblem(texts.unreadable, { status: 0, cause: error });
  }
  return new ApiProblem(texts.noConnection, {
    status: 0,
    detail: texts.checkNetwork,
    cause: error,
  });
}

/** `errors` of a problem document: of each field the first message; the API's detail repeats them all. */
function fieldErrors(errors: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (!Array.isArray(errors)) return fields;
  for (const error of errors.filter(isRecord)) {
    const field = text(error.field);
    const message = text(error.message);
    if (field && message) fields[field] ??= message;
  }
  return fields;
}
