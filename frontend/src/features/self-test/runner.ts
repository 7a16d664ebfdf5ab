/** Runs steps one after the other and tells how each ended. Knows nothing of what they do. */

export interface Step {
  name: string;
  /** Does it and says in a few words what was seen; throws why it did not work. */
  run: () => Promise<string>;
  /** On a step that cleans up: whether there is something to clean. It then runs whatever happened before. */
  needed?: () => boolean;
}

/** Steps that build on each other: what follows a failed one is skipped, but for cleaning up. */
export type Chain = readonly Step[];

export type Result =
  | { status: "waiting" | "running" | "skipped" }
  | { status: "passed"; seen: string; milliseconds: number }
  | { status: "failed"; error: Error; milliseconds: number };

/** `onResult` hears of each change of the step with that index, counted over all chains. */
export async function runSteps(
  chains: readonly Chain[],
  onResult: (index: number, result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  let index = 0;
  for (const chain of chains) {
    let broken = false;
    for (const step of chain) {
      const runs = step.needed ? step.needed() : !broken && !signal.aborted;
      if (!runs) {
        onResult(index, { status: "skipped" });
      } else {
        onResult(index, { status: "running" });
        const result = await attempt(step);
        broken ||= result.status === "failed";
        onResult(index, result);
      }
      index += 1;
    }
  }
}

async function attempt(step: Step): Promise<Result> {
  const started = performance.now();
  try {
    const seen = await step.run();
    return { status: "passed", seen, milliseconds: performance.now() - started };
  } catch (reason) {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    return { status: "failed", error, milliseconds: performance.now() - started };
  }
}
