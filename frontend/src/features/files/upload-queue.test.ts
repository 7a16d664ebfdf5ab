import { expect, it } from "vitest";
import { UploadQueue } from "@/features/files/upload-queue";

const letIn = () => Promise.resolve();

/** Work that ends when the test says so. */
function jobs(queue: UploadQueue, count: number) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const results = Array.from({ length: count }, (_, id) =>
    queue.run(id, letIn, async (signal) => {
      begun.push(id);
      await new Promise<void>((resolve, reject) => {
        ends[id] = resolve;
        signal.addEventListener("abort", () => {
          reject(new DOMException("cancelled", "AbortError"));
        });
      });
    }),
  );
  return { begun, ends, results };
}

async function settle() {
  await new Promise((resolve) => setTimeout(resolve));
}

it("runs three at the same time, and the next when one ends, well or not", async () => {
  const queue = new UploadQueue();
  const { begun, ends, results } = jobs(queue, 5);
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  ends[1]?.();
  await results[1];
  await settle();
  expect(begun).toEqual([0, 1, 2, 3]);
  queue.cancel(0);
  await expect(results[0]).rejects.toMatchObject({ name: "AbortError" });
  await settle();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

it("never begins what was cancelled while it waited, and goes on with the others", async () => {
  const queue = new UploadQueue();
  const { begun, ends, results } = jobs(queue, 5);
  await settle();
  queue.cancel(3);
  ends[0]?.();
  await expect(results[3]).rejects.toMatchObject({ name: "AbortError" });
  await settle();
  expect(begun).toEqual([0, 1, 2, 4]);
});

it("cancels all that run and wait", async () => {
  const queue = new UploadQueue();
  const { begun, results } = jobs(queue, 4);
  await settle();
  queue.cancelAll();
  const settled = await Promise.allSettled(results);
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
  expect(begun).toEqual([0, 1, 2]);
});

it("refuses at once what is not let in, though all places are taken", async () => {
  const queue = new UploadQueue();
  const { begun } = jobs(queue, 3);
  await settle();
  const refused = queue.run(
    3,
    () => Promise.reject(new Error("too large")),
    () => Promise.reject(new Error("began")),
  );
  await expect(refused).rejects.toThrow("too large");
  expect(begun).toEqual([0, 1, 2]);
});
