import { render, screen, waitFor, within } from "@testing-library/react";
import { QueryClientProvider } from "@tanstack/react-query";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { SelfTest } from "@/features/self-test/self-test";
import { createQueryClient } from "@/shared/api/query-client";
import { fakeApi, json, problem, type Handler } from "@/test/fake-api";
import { FakeXhr } from "@/test/fake-xhr";

interface StoredItem {
  id: string;
  title: string;
  description: string;
}

let items: StoredItem[];
let files: string[];
let bucket: Uint8Array<ArrayBuffer> | undefined;

beforeEach(() => {
  items = [];
  files = [];
  bucket = undefined;
});

/** The API and the bucket, as well as they work. */
function api(more: Record<string, Handler> = {}) {
  FakeXhr.install();
  return fakeApi({
    "POST /api/items": ({ body }) => {
      const item = { id: "i", ...(body as Omit<StoredItem, "id">) };
      items.push(item);
      return json(item, 201);
    },
    "GET /api/items": ({ url }) => json({ items: items.filter(({ title }) => title === url.searchParams.get("q")) }),
    "GET /api/items/*": () => json(items[0]),
    "DELETE /api/items/*": () => {
      items.pop();
      return new Response(null, { status: 204 });
    },
    "POST /api/files": () => {
      files.push("f");
      return json({ file: { id: "f" }, upload: { url: "https://bucket.example/", fields: {} } }, 201);
    },
    "GET /api/files/f/download": () => new Response(bucket),
    "DELETE /api/files/*": () => {
      files.pop();
      return new Response(null, { status: 204 });
    },
    "POST /api/mail": () => json({ message_id: "m" }, 202),
    ...more,
  });
}

async function run({ upload = true } = {}) {
  const user = userEvent.setup();
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SelfTest />
    </QueryClientProvider>,
  );
  const again = async () => {
    const before = FakeXhr.sent.length;
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    if (!upload) return;
    await waitFor(() => {
      expect(FakeXhr.sent.length).toBe(before + 1);
    });
    const sent = FakeXhr.sent.at(-1);
    bucket = new Uint8Array(await (sent?.form.get("file") as File).arrayBuffer());
    sent?.answer(204);
  };
  await again();
  return again;
}

function step(name: string) {
  const list = within(screen.getByRole("list", { name: "Self-test" }));
  return list.getByText(name).closest("li");
}

async function summary(text: string) {
  await waitFor(() => {
    expect(screen.getByRole("status")).toHaveTextContent(text);
  });
}

it("uses item, file and mail, leaves nothing behind, and can run again", async () => {
  const calls = api();
  const again = await run();
  await summary("All steps passed");
  for (const row of within(screen.getByRole("list", { name: "Self-test" })).getAllByRole("listitem")) {
    expect(row).toHaveTextContent("passed");
  }
  expect([items, files]).toEqual([[], []]);
  expect(calls.filter(({ method, url }) => method === "POST" && url.pathname === "/api/mail")).toHaveLength(1);
  await again();
  expect(screen.getByRole("status")).toHaveTextContent("Running,");
  await summary("All steps passed");
  expect([items, files]).toEqual([[], []]);
});

it("shows the reason at the step that failed, and deletes what the ones before made", async () => {
  api({ "GET /api/items/*": () => problem(503, "Not available at the moment", { detail: "The database is busy." }) });
  await run();
  await summary("1 of 9 steps failed");
  expect(step("Item read back")).toHaveTextContent("failed");
  expect(step("Item read back")).toHaveTextContent("Not available at the moment: The database is busy.");
  expect(step("Item deleted")).toHaveTextContent("passed");
  expect(items).toEqual([]);
});

it.each([
  ["fewer", () => "something else"],
  ["one other", (sent: Uint8Array<ArrayBuffer>) => sent.with(7, (sent[7] ?? 0) ^ 1)],
])("notices %s of the bytes that came back, and deletes the file", async (_what, received) => {
  api({ "GET /api/files/f/download": () => new Response(received(bucket ?? new Uint8Array())) });
  await run();
  await summary("1 of 9 steps failed");
  expect(step("Bytes compared")).toHaveTextContent("not the bytes that were sent");
  expect(files).toEqual([]);
});

it("skips what needs a file that was not permitted, and still sends the mail", async () => {
  api({ "POST /api/files": () => problem(502, "A service refused the request") });
  await run({ upload: false });
  await summary("1 of 9 steps failed");
  expect(step("File uploaded")).toHaveTextContent("skipped");
  expect(step("File deleted")).toHaveTextContent("skipped");
  expect(step("Email sent")).toHaveTextContent("passed");
});

it("finds and deletes an item whose answer was lost", async () => {
  api({
    "POST /api/items": ({ body }) => {
      items.push({ id: "i", ...(body as Omit<StoredItem, "id">) });
      throw new TypeError("Failed to fetch");
    },
  });
  await run();
  await summary("1 of 9 steps failed");
  expect(step("Item created")).toHaveTextContent("No connection to the API");
  expect(step("Item deleted")).toHaveTextContent("gone");
  expect(items).toEqual([]);
});
