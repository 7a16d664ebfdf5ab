/** What was seen of the stack, as parts that a person can judge: a state, the fact that matters, and what to do. */
import type { Overview, Timed } from "@/features/overview/queries";
import { ApiProblem, problemText } from "@/shared/api/problem";
import { formatMilliseconds, formatRelative } from "@/shared/format";
import { texts } from "@/texts/overview";

export type State = "works" | "attention" | "down" | "unknown";

export interface Part {
  /** For the drawing. */
  id: PartId;
  name: string;
  state: State;
  fact: string;
  /** What the fact is, where it is worth copying. */
  what?: string;
  /** Beside the fact; always the same number of lines, so that nothing jumps. */
  detail: string;
  /** What is wrong and what to do about it. */
  problem?: string;
}

export type PartId = keyof typeof texts.parts;

/** The last answer and whether the one after it failed, as a query holds them. */
export interface Seen<Data> {
  data: Timed<Data> | undefined;
  error: Error | null;
}

export interface Observations {
  online: boolean;
  page: Seen<{ cache: string | null }>;
  frontEnd: Seen<{ version: string }>;
  overview: Seen<Overview>;
}

type Judged = Omit<Part, "id" | "name">;

const CHECKING: Judged = { state: "unknown", fact: texts.checking, detail: "" };

export function partsOf(seen: Observations): Part[] {
  const parts: [PartId, Judged][] = [
    ["cloudfront", cloudFront(seen)],
    ["balancer", loadBalancer(seen)],
    ["frontEnd", frontEnd(seen)],
    ["backEnd", backEnd(seen)],
    ["database", behind(seen, database)],
    ["bucket", behind(seen, bucket)],
    ["mail", behind(seen, mail)],
    ["cacheReset", behind(seen, cacheReset)],
  ];
  return parts.map(([id, judged]) => ({
    id,
    name: texts.parts[id],
    ...(seen.online ? judged : unseen(texts.offlineFact)),
  }));
}

export interface Verdict {
  /** The gravest of all. */
  state: State;
  text: string;
}

/** All of it in one sentence. */
export function verdict(parts: readonly Part[]): Verdict {
  const count = (state: State) => parts.filter((part) => part.state === state).length;
  const [down, attention, unknown] = [count("down"), count("attention"), count("unknown")];
  if (parts.every(({ fact }) => fact === texts.offlineFact)) return { state: "unknown", text: texts.offline };
  if (parts.some(({ fact }) => fact === CHECKING.fact)) return { state: "unknown", text: texts.checkingAll };
  if (down + attention + unknown === 0) return { state: "works", text: texts.allWork };
  const state = down > 0 ? "down" : attention > 0 ? "attention" : "unknown";
  return { state, text: texts.verdict(down, attention, unknown) };
}

function unseen(fact: string, detail = ""): Judged {
  return { state: "unknown", fact, detail };
}

function cloudFront({ page }: Observations): Judged {
  if (page.error) {
    return {
      state: "down",
      fact: texts.noAnswer,
      detail: window.location.host,
      problem: texts.siteDown,
    };
  }
  if (!page.data) return CHECKING;
  const { cache } = page.data.data;
  if (cache === null) {
    return unseen(texts.cacheUnknown, texts.cacheUnknownDetail);
  }
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
  const word = cache.split(" ", 1)[0]?.toLowerCase() ?? "";
  return { state: "works", fact: texts.cache[word] ?? cache, detail: window.location.host };
}

/** CloudFront's or the balancer's own word that nothing behind them answered. */
function isGateway(error: Error | null): boolean {
  return error instanceof ApiProblem && [502, 503, 504].includes(error.status) && error.requestId === undefined;
}

function isOwnRefusal(error: Error | null): boolean {
  return error instanceof ApiProblem && error.status > 0 && !isGateway(error);
}

function loadBalancer({ frontEnd, overview }: Observations): Judged {
  const answers = [frontEnd, overview].filter(({ data, error }) => data && !error);
  const detail = texts.balancerDetail;
  if (answers.length > 0) {
    const fastest = Math.min(...answers.map(({ data }) => data?.milliseconds ?? Infinity));
    return { state: "works", fact: texts.answered(formatMilliseconds(fastest)), detail };
  }
  // A refusal by the service itself came through it too.
  if (isOwnRefusal(overview.error)) return { state: "works", fact: texts.answeredAtAll, detail };
  if (isGateway(frontEnd.error) && isGateway(overview.error)) {
    return {
      state: "down",
      fact: texts.noAnswer,
      detail: "",
      problem: texts.balancerDown,
    };
  }
  return frontEnd.error && overview.error ? unseen(texts.noAnswer) : CHECKING;
}

function frontEnd({ frontEnd: { data, error } }: Observations): Judged {
  if (error) {
    return { state: "down", fact: texts.noVersion, detail: "", problem: texts.frontEndDown(problemText(error)) };
  }
  if (!data) return CHECKING;
  return { state: "works", fact: data.data.version, what: texts.theVersion, detail: texts.frontEndDetail };
}

function backEnd({ overview: { data, error } }: Observations): Judged {
  if (error) {
    return { state: "down", fact: texts.noAnswer, detail: "", problem: texts.backEndDown(problemText(error)) };
  }
  if (!data) return CHECKING;
  const { version, task, zone } = data.data;
  return { state: "works", fact: version, what: texts.theVersion, detail: texts.task(shortTask(task), zone) };
}

/** ECS names tasks by 32 hexadecimal digits, an emulator with hyphens between; the first eight tell them apart. */
function shortTask(task: string): string {
  return /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f-]{20,22}$/.test(task) ? task.slice(0, 8) : task;
}

interface Told {
  state: "ok" | "attention" | "down";
  problem: string | null;
}

/** What only the back end can see. */
function behind(
  { overview: { data, error } }: Observations,
  judge: (overview: Overview) => Told & { fact: string; what?: string; detail: string },
): Judged {
  if (error) return unseen(texts.notTold);
  if (!data) return CHECKING;
  const { state, problem, fact, what, detail } = judge(data.data);
  return {
    state: state === "ok" ? "works" : state,
    fact,
    detail,
    ...(what !== undefined && { what }),
    ...(problem !== null && { problem }),
  };
}

function database({ database }: Overview) {
  const { version, migration, expected_migration, milliseconds } = database;
  const found =
    migration === null ? texts.expectsMigration(expected_migration) : texts.migration(migration, expected_migration);
  return {
    ...database,
    fact: version ? `PostgreSQL ${version.replace(/^PostgreSQL /, "")}` : texts.noVersion,
    detail: timed(found, milliseconds),
  };
}

function bucket({ bucket }: Overview) {
  const reached = bucket.state === "down" ? texts.notReachable : texts.reachable;
  return { ...bucket, fact: bucket.name, what: texts.theName, detail: timed(reached, bucket.milliseconds) };
}

function timed(what: string, milliseconds: number): string {
  return `${what} · ${formatMilliseconds(milliseconds)}`;
}

function mail({ mail }: Overview) {
  const { address, verified, sandbox, daily_quota, sent_today, problem, advice } = mail;
  const quota = daily_quota === null ? "" : ` · ${texts.quota(sent_today ?? 0, daily_quota)}`;
  const detail = texts.mailDetail(verified, sandbox) + quota;
  return { ...mail, fact: address, what: texts.theAddress, detail, problem: problem ?? advice };
}

function cacheReset({ cache }: Overview) {
  const { last_reset_at, status } = cache;
  return {
    ...cache,
    fact: last_reset_at ? capitalized(formatRelative(last_reset_at)) : texts.neverReset,
    detail: last_reset_at ? texts.resetDetail(status) : texts.resetWhen,
  };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
