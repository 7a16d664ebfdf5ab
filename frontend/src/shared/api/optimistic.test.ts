import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it } from "vitest";
import { changePages, refreshAfterLast, withoutEntry } from "@/shared/api/optimistic";

interface Entry {
  id: string;
}

const KEY = ["entries"];
const PAGE = { items: [{ id: "a" }, { id: "b" }], total: 2 };

let client: QueryClient;
/** Each question to the server that waits for its answer. */
let questions: ((page: typeof PAGE) => void)[];
let stopShowing: () => void;

/** A list on the screen, whose first answer has arrived. */
beforeEach(async () => {
  client = new QueryClient();
  questions = [];
  const list = new QueryObserver(client, {
    queryKey: [...KEY, 1],
    queryFn: () => new Promise<typeof PAGE>((resolve) => questions.push(resolve)),
  });
  stopShowing = list.subscribe(() => undefined);
  questions[0]?.(PAGE);
  await expect.poll(shown).toEqual(["a", "b"]);
});

afterEach(() => {
  stopShowing();
  client.clear();
});

function shown(): string[] | undefined {
  return client.getQueryData<typeof PAGE>([...KEY, 1])?.items.map(({ id }) => id);
}

/** Deletes an entry, as the features do; the returned function is the server's answer. */
function startDeletion(id: string): () => Promise<unknown> {
  let answer: () => void = () => undefined;
  const settled = new MutationObserver(client, {
    mutationKey: KEY,
    mutationFn: () => new Promise<void>((resolve) => (answer = resolve)),
    onMutate: () => changePages<Entry>(client, KEY, (page) => withoutEntry(page, id)),
    onSettled: () => {
      refreshAfterLast(client, KEY);
    },
  }).mutate();
  return () => {
    answer();
    return settled;
  };
}

it("does not let an answer that was under way overwrite a change", async () => {
  const underWay = client.refetchQueries({ queryKey: KEY });
  expect(questions).toHaveLength(2);
  await changePages<Entry>(client, KEY, (page) => withoutEntry(page, "a"));
  questions[1]?.(PAGE);
  await underWay;
  expect(shown()).toEqual(["b"]);
});

it("gives a way back to what was there before", async () => {
  const restore = await changePages<Entry>(client, KEY, (page) => withoutEntry(page, "a"));
  expect(shown()).toEqual(["b"]);
  restore();
  expect(shown()).toEqual(["a", "b"]);
});

it("asks for the list again only after the last of several changes", async () => {
  const finishFirst = startDeletion("a");
  const finishSecond = startDeletion("b");
  await expect.poll(shown).toEqual([]);

  await finishFirst();
  expect(questions).toHaveLength(1);
  expect(shown()).toEqual([]);

  await finishSecond();
  expect(questions).toHaveLength(2);
});
