import { expect, it } from "vitest";
import { runSteps, type Chain, type Result } from "@/features/self-test/runner";

function passes(name: string) {
  return { name, run: () => Promise.resolve("seen") };
}

function fails(name: string) {
  return { name, run: () => Promise.reject(new Error("no")) };
}

async function statuses(chains: Chain[], signal = new AbortController().signal): Promise<string[]> {
  const last: Result["status"][] = [];
  await runSteps(chains, (index, { status }) => (last[index] = status), signal);
  return last;
}

it("runs every step in its order and says how each ended", async () => {
  const heard: string[] = [];
  await runSteps(
    [[passes("a"), fails("b")]],
    (index, { status }) => heard.push(`${index} ${status}`),
    new AbortController().signal,
  );
  expect(heard).toEqual(["0 running", "0 passed", "1 running", "1 failed"]);
});

it("skips what follows a failure, cleans up all the same, and goes on with the next chain", async () => {
  const chain = [fails("a"), passes("b"), { ...passes("c"), needed: () => true }];
  expect(await statuses([chain, [passes("d")]])).toEqual(["failed", "skipped", "passed", "passed"]);
});

it("cleans up nothing where nothing was made", async () => {
  const chain = [fails("a"), { ...passes("b"), needed: () => false }];
  expect(await statuses([chain])).toEqual(["failed", "skipped"]);
});

it("ends early when nobody waits any more, but for cleaning up", async () => {
  const leaving = new AbortController();
  const leave = {
    name: "a",
    run: () => {
      leaving.abort();
      return Promise.resolve("");
    },
  };
  const chain = [leave, passes("b"), { ...passes("c"), needed: () => true }];
  expect(await statuses([chain, [passes("d")]], leaving.signal)).toEqual(["passed", "skipped", "passed", "skipped"]);
});
