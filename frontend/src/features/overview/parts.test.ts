import { describe, expect, it } from "vitest";
import { partsOf, verdict, type Observations, type Seen } from "@/features/overview/parts";
import type { Overview } from "@/features/overview/queries";
import { ApiProblem } from "@/shared/api/problem";

const FINE = { state: "ok", problem: null, milliseconds: 2 } as const;
const QUOTA = { daily_quota: 200, sent_today: 3, advice: "Ask AWS." };

const OVERVIEW: Overview = {
  checked_at: "2026-01-02T03:05:05Z",
  started_at: "2026-01-02T03:04:05Z",
  version: "b7e21f09",
  task: "3f2a9c1d5b7e4f60a1b2c3d4e5f60718",
  zone: "us-east-1a",
  database: { ...FINE, version: "18.4", migration: "0002", expected_migration: "0002" },
  bucket: { ...FINE, name: "app-files" },
  mail: { ...FINE, address: "owner@example.com", verified: true, sandbox: true, ...QUOTA },
  cache: { ...FINE, last_reset_at: null, status: null },
  stack: null,
};

function answered<Data>(data: Data): Seen<Data> {
  return { data: { data, milliseconds: 12.3 }, error: null };
}

function failed(status: number, requestId?: string): Seen<never> {
  return { data: undefined, error: new ApiProblem("It failed", { status, requestId }) };
}

const WAITING: Seen<never> = { data: undefined, error: null };

const ALL_WELL: Observations = {
  online: true,
  page: answered({ cache: "Miss from cloudfront" }),
  frontEnd: answered({ version: "a41c9e77" }),
  overview: answered(OVERVIEW),
};

function look(change: Partial<Observations> = {}) {
  const parts = partsOf({ ...ALL_WELL, ...change });
  return {
    verdict: verdict(parts),
    states: parts.map(({ state }) => state).join(" "),
    part: (name: string) => parts.find((part) => part.name === name),
  };
}

function withOverview(change: Partial<Overview>) {
  return look({ overview: answered({ ...OVERVIEW, ...change }) });
}

it("shows every part with the fact that matters when all is well", () => {
  const { verdict, states, part } = look();
  expect(verdict).toEqual({ state: "works", text: "All systems working" });
  expect(states).toBe("works works works works works works works works");
  expect(part("Front end")).toMatchObject({ fact: "a41c9e77" });
  expect(part("Back end")).toMatchObject({ fact: "b7e21f09", detail: "Task 3f2a9c1d in us-east-1a" });
  expect(part("Database")).toMatchObject({ fact: "PostgreSQL 18.4", detail: "Migration 0002 · 2 ms" });
  expect(part("Bucket")).toMatchObject({ fact: "app-files", detail: "Reachable · 2 ms" });
  expect(part("Mail")).toMatchObject({
    fact: "owner@example.com",
    detail: "Verified, in the SES sandbox · 3 of 200 today",
  });
  expect(part("Cache reset")).toMatchObject({ fact: "Not reset yet" });
  expect(part("Load balancer")).toMatchObject({ fact: "Responds in 12 ms" });
});

it("claims nothing before it has looked", () => {
  const { verdict, states } = look({ page: WAITING, frontEnd: WAITING, overview: WAITING });
  expect(verdict).toEqual({ state: "unknown", text: "Checking every part…" });
  expect(new Set(states.split(" "))).toEqual(new Set(["unknown"]));
});

it("knows nothing while the browser is offline, whatever was seen before", () => {
  expect(look({ online: false }).verdict.text).toMatch(/^You’re offline/);
});

describe("CloudFront", () => {
  it.each([
    ["Hit from cloudfront", "Served from cache"],
    ["RefreshHit from cloudfront", "Served from cache, revalidated"],
    ["Miss from cloudfront", "Passed through to the origin"],
    ["LambdaGeneratedResponse from cloudfront", "LambdaGeneratedResponse from cloudfront"],
  ])("says %s as %s", (cache, fact) => {
    expect(look({ page: answered({ cache }) }).part("CloudFront")).toMatchObject({ state: "works", fact });
  });

  it("is unknown when the answer does not name it", () => {
    const part = look({ page: answered({ cache: null }) }).part("CloudFront");
    expect(part).toMatchObject({ state: "unknown", fact: "Unknown cache state" });
  });

  it("is down when nothing answers", () => {
    expect(look({ page: failed(0) }).part("CloudFront")).toMatchObject({ state: "down" });
  });
});

describe("when the API does not answer", () => {
  it("the back end is down, and what lies behind it unknown", () => {
    const { verdict, states, part } = look({ overview: failed(502) });
    expect(states).toBe("works works works down unknown unknown unknown unknown");
    expect(verdict).toEqual({ state: "down", text: "1 part is down, 4 unknown" });
    expect(part("Back end")?.problem).toContain("It failed");
  });

  it("an answer of before is not shown as today's", () => {
    const overview = { ...answered(OVERVIEW), error: new ApiProblem("It failed", { status: 0 }) };
    expect(look({ overview }).part("Database")).toMatchObject({ state: "unknown" });
  });

  it("nor the front end, the load balancer is to blame if it says so", () => {
    expect(look({ overview: failed(503), frontEnd: failed(503) }).part("Load balancer")).toMatchObject({
      state: "down",
    });
    expect(look({ overview: failed(0), frontEnd: failed(0) }).part("Load balancer")).toMatchObject({
      state: "unknown",
    });
  });

  it("but refuses by itself, the load balancer works", () => {
    const { part } = look({ overview: failed(503, "r-1"), frontEnd: failed(503) });
    expect(part("Load balancer")).toMatchObject({ state: "works" });
  });
});

it("shows what to do about a part that is down or needs attention", () => {
  const problem = "The database does not answer. Start it.";
  const { verdict, part } = withOverview({
    database: { ...OVERVIEW.database, state: "down", version: null, migration: null, problem },
    mail: { ...OVERVIEW.mail, state: "attention", verified: null, sandbox: null, problem: "Look at SES." },
  });
  expect(verdict.text).toBe("1 part is down, 1 needs attention");
  expect(part("Database")).toMatchObject({ state: "down", fact: "No version", problem });
  expect(part("Mail")).toMatchObject({
    state: "attention",
    detail: "Verification unknown · 3 of 200 today",
    problem: "Look at SES.",
  });
});

it("names both migrations when the database is behind", () => {
  const { part } = withOverview({ database: { ...OVERVIEW.database, state: "attention", migration: "0001" } });
  expect(part("Database")?.detail).toBe("Migration 0001, expects 0002 · 2 ms");
});

it("tells when the cache was reset last", () => {
  const { part } = withOverview({
    cache: { ...OVERVIEW.cache, last_reset_at: "2026-01-02T03:04:05Z", status: "Completed" },
  });
  expect(part("Cache reset")).toMatchObject({ fact: expect.stringContaining("2026") as string });
  expect(part("Cache reset")?.detail).toBe("Last reset");
});
