/** What was seen of the stack, as parts that a person can judge: a state, the fact that matters, and what to do. */
import type { Overview, Timed } from "@/features/overview/queries";
import { ApiProblem, problemText } from "@/shared/api/problem";
import { formatDateTime, formatMilliseconds } from "@/shared/format";

export type State = "works" | "attention" | "down" | "unknown";

export interface Part {
  name: string;
  state: State;
  fact: string;
  /** Beside the fact; always the same number of lines, so that nothing jumps. */
  detail: string;
  /** What is wrong and what to do about it. */
  problem?: string;
}

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

type Judged = Omit<Part, "name">;

const CHECKING: Judged = { state: "unknown", fact: "Checking…", detail: "" };

export function partsOf(seen: Observations): Part[] {
  const parts: [string, Judged][] = [
    ["CloudFront", cloudFront(seen)],
    ["Load balancer", loadBalancer(seen)],
    ["Front end", frontEnd(seen)],
    ["Back end", backEnd(seen)],
    ["Database", behind(seen, database)],
    ["Bucket", behind(seen, bucket)],
    ["Mail", behind(seen, mail)],
    ["Cache reset", behind(seen, cacheReset)],
  ];
  return parts.map(([name, judged]) => ({ name, ...(seen.online ? judged : unseen("You are offline")) }));
}

/** All of it in one sentence. */
export function verdict(parts: readonly Part[]): string {
  const count = (state: State) => parts.filter((part) => part.state === state).length;
  const [down, attention, unknown] = [count("down"), count("attention"), count("unknown")];
  if (parts.some(({ fact }) => fact === CHECKING.fact)) return "Looking at every part.";
  if (down + attention + unknown === 0) return "Every part works.";
  const words = [
    down && `${down} ${down === 1 ? "part is" : "parts are"} down`,
    attention && `${attention} ${attention === 1 ? "needs" : "need"} attention`,
    unknown && `${unknown} unknown`,
  ];
  return `${words.filter(Boolean).join(", ")}.`;
}

function unseen(fact: string, detail = ""): Judged {
  return { state: "unknown", fact, detail };
}

/** CloudFront's words, in ours. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html */
const CACHE_WORDS: Record<string, string> = {
  hit: "This page: a cache hit",
  refreshhit: "This page: a hit, revalidated",
  miss: "This page: a cache miss",
  error: "This page: an error",
};

function cloudFront({ page }: Observations): Judged {
  if (page.error) {
    return {
      state: "down",
      fact: "No answer",
      detail: window.location.host,
      problem: "This address does not answer. Check your network, then that the distribution is deployed and enabled.",
    };
  }
  if (!page.data) return CHECKING;
  const { cache } = page.data.data;
  if (cache === null) {
    return unseen("This page: cache unknown", "The answer does not name CloudFront.");
  }
  const word = cache.split(" ", 1)[0]?.toLowerCase() ?? "";
  return { state: "works", fact: CACHE_WORDS[word] ?? cache, detail: window.location.host };
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
  const detail = "routes /api* and the page";
  if (answers.length > 0) {
    const fastest = Math.min(...answers.map(({ data }) => data?.milliseconds ?? Infinity));
    return { state: "works", fact: `Answered in ${formatMilliseconds(fastest)}`, detail };
  }
  // A refusal by the service itself came through it too.
  if (isOwnRefusal(overview.error)) return { state: "works", fact: "Answered", detail };
  if (isGateway(frontEnd.error) && isGateway(overview.error)) {
    return {
      state: "down",
      fact: "No answer through it",
      detail: "",
      problem: "Neither service can be reached through it. Look at its target groups and at the services' events.",
    };
  }
  return frontEnd.error && overview.error ? unseen("No answer through it") : CHECKING;
}

function frontEnd({ frontEnd: { data, error } }: Observations): Judged {
  if (error) {
    return {
      state: "down",
      fact: "No version",
      detail: "/version.json did not answer",
      problem: `${problemText(error)}. This page still runs in your browser; look at the service's events and its log.`,
    };
  }
  if (!data) return CHECKING;
  return {
    state: "works",
    fact: data.data.version,
    detail: `version, told in ${formatMilliseconds(data.milliseconds)}`,
  };
}

function backEnd({ overview: { data, error } }: Observations): Judged {
  if (error) {
    return {
      state: "down",
      fact: "No answer",
      detail: "",
      problem: `${problemText(error)}. Look at the service's events and the back end's log.`,
    };
  }
  if (!data) return CHECKING;
  const { version, task, zone } = data.data;
  return { state: "works", fact: version, detail: `task ${shortTask(task)}${zone ? ` in ${zone}` : ""}` };
}

/** ECS names tasks by 32 hexadecimal digits, of which the first eight tell them apart. */
function shortTask(task: string): string {
  return /^[0-9a-f]{32}$/.test(task) ? task.slice(0, 8) : task;
}

interface Told {
  state: "ok" | "attention" | "down";
  problem: string | null;
}

/** What only the back end can see. */
function behind(
  { overview: { data, error } }: Observations,
  judge: (overview: Overview) => Told & { fact: string; detail: string },
): Judged {
  if (error) return unseen("The back end does not tell");
  if (!data) return CHECKING;
  const { state, problem, fact, detail } = judge(data.data);
  return { state: state === "ok" ? "works" : state, fact, detail, ...(problem !== null && { problem }) };
}

function database({ database }: Overview) {
  const { version, migration, expected_migration, milliseconds } = database;
  const behind = migration === expected_migration ? "" : `, not ${expected_migration}`;
  const found = migration === null ? `expects migration ${expected_migration}` : `migration ${migration}${behind}`;
  return {
    ...database,
    fact: version ? `PostgreSQL ${version.replace(/^PostgreSQL /, "")}` : "No version",
    detail: `${found} · ${formatMilliseconds(milliseconds)}`,
  };
}

function bucket({ bucket }: Overview) {
  const reached = bucket.state === "down" ? "not reachable" : "reachable";
  return { ...bucket, fact: bucket.name, detail: `${reached} · ${formatMilliseconds(bucket.milliseconds)}` };
}

function mail({ mail }: Overview) {
  const identity = { true: "verified", false: "not verified", null: "not known to be verified" }[`${mail.verified}`];
  return { ...mail, fact: mail.address, detail: `${identity}${mail.sandbox ? ", still in the sandbox" : ""}` };
}

function cacheReset({ cache }: Overview) {
  return {
    ...cache,
    fact: cache.last_reset_at ? formatDateTime(cache.last_reset_at) : "Not reset yet",
    detail: cache.last_reset_at
      ? `last reset${cache.status ? ` · ${cache.status}` : ""}`
      : "runs when the front end changes",
  };
}
