import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { navigate } from "@/shared/navigation";
import { fakeApi, json, later, onlyOnce, problem } from "@/test/fake-api";
import { FakeXhr } from "@/test/fake-xhr";
import { renderApp } from "@/test/render-app";

const LIMITS = { max_bytes: 1024, content_types: ["text/plain"] };
const STORED = {
  id: "f",
  name: "notes.txt",
  content_type: "text/plain",
  size: 5,
  created_at: "2026-01-02T03:04:05Z",
  deleted_at: null,
};
const TICKET = { file: STORED, upload: { url: "https://bucket.example/", fields: { key: "files/f" } } };
const FILE = new File(["hello"], "notes.txt", { type: "text/plain" });

let stored: (typeof STORED)[];

beforeEach(() => {
  stored = [];
});

function api(handlers: Parameters<typeof fakeApi>[0] = {}) {
  return fakeApi({
    "GET /api/files": () => json({ items: stored, total: stored.length }),
    "GET /api/files/limits": () => json(LIMITS),
    "POST /api/files": () => json(TICKET, 201),
    ...handlers,
  });
}

async function choose(user: ReturnType<typeof renderApp>["user"], ...files: File[]) {
  await screen.findByText("Up to 1 KiB each: text");
  await user.upload(screen.getByLabelText("Files to upload"), files);
}

describe("an upload", () => {
  it("asks for permission, shows its progress, and ends in the list", async () => {
    const sent = FakeXhr.install();
    const calls = api();
    const { user } = renderApp("/files");
    expect(await screen.findByRole("heading", { name: "No files yet" })).toBeInTheDocument();
    await choose(user, FILE);
    await waitFor(() => {
      expect(sent).toHaveLength(1);
    });
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({
      name: "notes.txt",
      content_type: "text/plain",
      size: 5,
    });
    sent[0]?.progress(2, 5);
    expect(await screen.findByText("2 bytes of 5 bytes, 40%")).toBeInTheDocument();
    expect(screen.getByRole("progressbar", { name: "Upload of notes.txt" })).toHaveAttribute("value", "40");

    stored = [STORED];
    sent[0]?.answer(204);
    expect(await screen.findByRole("list", { name: "Files" })).toHaveTextContent("notes.txt");
    expect(screen.queryByRole("list", { name: "Uploads" })).not.toBeInTheDocument();
  });

  it("is not even asked for when the file is too large", async () => {
    const calls = api();
    const { user } = renderApp("/files");
    await choose(user, new File([new Uint8Array(2048)], "big.txt", { type: "text/plain" }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("“big.txt” wasn’t uploaded");
    expect(alert).toHaveTextContent("The file is 2 KiB; the limit is 1 KiB.");
    expect(calls.some(({ method }) => method === "POST")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Dismiss big.txt" }));
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("shows S3's refusal", async () => {
    const sent = FakeXhr.install();
    api();
    const { user } = renderApp("/files");
    await choose(user, FILE);
    await waitFor(() => {
      expect(sent).toHaveLength(1);
    });
    sent[0]?.answer(400, "<Error><Code>EntityTooLarge</Code></Error>");
    expect(await screen.findByRole("alert")).toHaveTextContent("The file is larger than allowed.");
  });

  it("stops and goes when it is cancelled", async () => {
    const sent = FakeXhr.install();
    api();
    const { user } = renderApp("/files");
    await choose(user, FILE);
    await waitFor(() => {
      expect(sent).toHaveLength(1);
    });
    await user.click(screen.getByRole("button", { name: "Cancel notes.txt" }));
    expect(sent[0]?.aborted).toBe(true);
    expect(screen.queryByRole("list", { name: "Uploads" })).not.toBeInTheDocument();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("stops when the page is left, and those that wait for a place never begin", async () => {
    const sent = FakeXhr.install();
    const calls = api();
    const { user } = renderApp("/files");
    await choose(user, ...["1", "2", "3", "4"].map((name) => new File(["x"], `${name}.txt`, { type: "text/plain" })));
    await waitFor(() => {
      expect(sent).toHaveLength(3);
    });
    act(() => {
      navigate("/mail");
    });
    await screen.findByRole("heading", { name: "Mail" });
    expect(sent.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(calls.filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  it("does not harm another that fails", async () => {
    const sent = FakeXhr.install();
    let asked = 0;
    api({
      "POST /api/files": () =>
        ++asked === 1 ? problem(503, "Not available at the moment", { detail: "The database is busy." }) : json(TICKET),
    });
    const { user } = renderApp("/files");
    await choose(user, new File(["x"], "first.txt", { type: "text/plain" }), FILE);
    expect(await screen.findByRole("alert")).toHaveTextContent("Not available at the moment: The database is busy.");
    stored = [STORED];
    sent[0]?.answer(204);
    expect(await screen.findByRole("list", { name: "Files" })).toHaveTextContent("notes.txt");
  });

  it("that is chosen before the limits are there waits for them, and can be cancelled until then", async () => {
    const sent = FakeXhr.install();
    const limits = later();
    const calls = api({ "GET /api/files/limits": () => limits.answer });
    const { user } = renderApp("/files");
    const input = await screen.findByLabelText("Files to upload");
    await user.upload(input, [FILE, new File(["x"], "second.txt", { type: "text/plain" })]);
    await user.click(screen.getByRole("button", { name: "Cancel second.txt" }));
    expect(calls.some(({ method }) => method === "POST")).toBe(false);
    limits.resolve(json(LIMITS));
    expect(await screen.findByRole("progressbar", { name: "Upload of notes.txt" })).toBeInTheDocument();
    await waitFor(() => {
      expect(sent).toHaveLength(1);
    });
    expect(calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("says so when the limits cannot be loaded", async () => {
    api({ "GET /api/files/limits": () => problem(500, "Something went wrong here") });
    const { user } = renderApp("/files");
    expect(await screen.findByText(/the limits couldn’t be loaded/)).toBeInTheDocument();
    await user.upload(screen.getByLabelText("Files to upload"), FILE);
    expect(await screen.findByText("“notes.txt” wasn’t uploaded")).toBeInTheDocument();
  });
});

describe("files that are dropped", () => {
  function drop(target: HTMLElement, files: File[]) {
    const dataTransfer = { types: ["Files"], files };
    fireEvent.dragOver(target, { dataTransfer });
    expect(screen.getByText("Drop to upload")).toBeInTheDocument();
    fireEvent.drop(target, { dataTransfer });
  }

  it("are uploaded, each with its own progress", async () => {
    const sent = FakeXhr.install();
    api();
    renderApp("/files");
    await screen.findByText("Up to 1 KiB each: text");
    drop(screen.getByRole("region", { name: "Upload" }), [FILE, new File(["x"], "b.txt", { type: "text/plain" })]);
    await waitFor(() => {
      expect(sent).toHaveLength(2);
    });
    expect(screen.getByRole("progressbar", { name: "Upload of b.txt" })).toBeInTheDocument();
    expect(screen.getByText("Drop files here")).toBeInTheDocument();
  });

  it("beside the zone do not replace the page", async () => {
    api();
    renderApp("/files");
    const heading = await screen.findByRole("heading", { name: "Files" });
    expect(fireEvent.drop(heading)).toBe(false);
  });
});

describe("a preview", () => {
  async function preview(file: Partial<typeof STORED>, download?: () => Response) {
    stored = [{ ...STORED, ...file }];
    const calls = api(download ? { "GET /api/files/f/download": download } : {});
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: `Preview ${stored[0]?.name ?? ""}` }));
    return { calls, user };
  }

  it("shows a text as text, markup and all", async () => {
    const { calls, user } = await preview({}, () => new Response("<b>hello</b>"));
    expect(await screen.findByRole("region", { name: "Text of notes.txt" })).toHaveTextContent("<b>hello</b>");
    expect(calls.at(-1)?.url.search).toBe("?disposition=inline");
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("reads no more than the beginning of a long text", async () => {
    await preview({ size: 1_000_000 }, () => new Response("x".repeat(1_000_000)));
    const text = await screen.findByRole("region", { name: "Text of notes.txt" });
    expect(text.textContent).toHaveLength(64 * 1024);
    expect(screen.getByText("The first 64 KiB of 976.6 KiB.")).toBeInTheDocument();
  });

  it("does not receive the rest of a long text", async () => {
    let sent = 0;
    let stopped = false;
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        sent += 1000;
        stream.enqueue(new Uint8Array(1000).fill("x".charCodeAt(0)));
        if (sent === 1_000_000) stream.close();
      },
      cancel() {
        stopped = true;
      },
    });
    await preview({ size: 1_000_000 }, () => new Response(body));
    await screen.findByRole("region", { name: "Text of notes.txt" });
    expect(stopped).toBe(true);
    expect(sent).toBeLessThan(80_000);
  });

  it("says why a text cannot be shown", async () => {
    await preview({}, () => new Response("", { status: 404 }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The file storage responded with 404");
  });

  it("shows an image with its name, and says when it is none", async () => {
    await preview({ name: "a.png", content_type: "image/png" });
    const image = screen.getByRole("img", { name: "a.png" });
    expect(image).toHaveAttribute("src", "/api/files/f/download?disposition=inline");
    fireEvent.error(image);
    expect(screen.getByRole("alert")).toHaveTextContent("The image can’t be shown");
  });

  it("is not offered for what a page cannot show", async () => {
    stored = [{ ...STORED, name: "a.zip", content_type: "application/zip" }];
    api();
    renderApp("/files");
    await screen.findByText("a.zip");
    expect(screen.queryByRole("button", { name: "Preview a.zip" })).not.toBeInTheDocument();
  });
});

describe("a stored file", () => {
  beforeEach(() => {
    stored = [STORED];
  });

  it("is downloaded once the API says that it is there", async () => {
    const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
    api({ "GET /api/files/*": () => json(STORED) });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("link", { name: "Download notes.txt" }));
    await waitFor(() => {
      expect(assign).toHaveBeenCalledWith("/api/files/f/download");
    });
  });

  it("that is gone gives a reason, and the page stays", async () => {
    const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
    api({ "GET /api/files/*": () => problem(404, "Not found", { detail: "There is no file f." }) });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("link", { name: "Download notes.txt" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no file f.");
    expect(assign).not.toHaveBeenCalled();
  });

  it("comes back by the notice of its deletion", async () => {
    const calls = api({
      "DELETE /api/files/*": () => {
        stored = [];
        return new Response(null, { status: 204 });
      },
      "POST /api/files/f/restore": () => {
        stored = [STORED];
        return json(STORED);
      },
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Delete notes.txt" }));
    expect(await screen.findByRole("heading", { name: "No files yet" })).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("list", { name: "Files" })).toHaveTextContent("notes.txt");
    expect(await screen.findByText("Restored “notes.txt”")).toBeInTheDocument();
    expect(calls.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  it("leaves the list at once when deleted, and returns when that is refused", async () => {
    const { answer, resolve } = later();
    api({
      "GET /api/files": onlyOnce(() => json({ items: [STORED], total: 1 })),
      "DELETE /api/files/*": () => answer,
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Delete notes.txt" }));
    expect(await screen.findByRole("heading", { name: "No files yet" })).toBeInTheDocument();
    await waitFor(() => {
      expect(screen.getByRole("heading", { name: "Files" })).toHaveFocus();
    });
    resolve(problem(502, "A service refused the request"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Couldn’t delete “notes.txt”");
    expect(screen.getByRole("list", { name: "Files" })).toHaveTextContent("notes.txt");
  });

  it("gets another name, and keeps its ending unless that is typed over", async () => {
    const calls = api({
      "PATCH /api/files/*": ({ body }) => {
        stored = [{ ...STORED, ...(body as { name: string }) }];
        return json(stored[0]);
      },
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Rename notes.txt" }));
    const name = screen.getByLabelText("Name");
    await user.clear(name);
    await user.type(name, "a/b");
    expect(name).toHaveAccessibleDescription("A name can’t contain slashes.");
    await user.clear(name);
    await user.type(name, "letter.txt");
    await user.click(screen.getByRole("button", { name: "Rename" }));
    expect(await screen.findByText("letter.txt")).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ name: "letter.txt" });
    expect(await screen.findByRole("status")).toHaveTextContent("Renamed to “letter.txt”");
  });
});

describe("a deleted file", () => {
  const GONE = { ...STORED, deleted_at: "2026-01-03T03:04:05Z" };

  it("leaves the list at once when it is restored, and returns when that is refused", async () => {
    const { answer, resolve } = later();
    const calls = api({
      "GET /api/files": onlyOnce(() => json({ items: [GONE], total: 1 })),
      "POST /api/files/f/restore": () => answer,
    });
    const { user } = renderApp("/files?deleted=yes");
    await user.click(await screen.findByRole("button", { name: "Restore notes.txt" }));
    expect(calls[0]?.url.searchParams.get("deleted")).toBe("true");
    expect(await screen.findByRole("heading", { name: "No deleted files" })).toBeInTheDocument();
    resolve(problem(404, "Not found", { detail: "The bucket no longer keeps file f." }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Couldn’t restore “notes.txt”");
    expect(screen.getByRole("list", { name: "Deleted files" })).toHaveTextContent("notes.txt");
  });

  it("is reached from the files, and leads back to them", async () => {
    api();
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("link", { name: "Deleted files" }));
    expect(await screen.findByRole("heading", { name: "Deleted files" })).toBeInTheDocument();
    expect(screen.queryByLabelText("Files to upload")).not.toBeInTheDocument();
    await user.click(screen.getByRole("link", { name: "Back to files" }));
    expect(await screen.findByRole("heading", { name: "Files" })).toBeInTheDocument();
  });
});

describe("the versions of a file", () => {
  const OLD = { id: "v1", size: 3, uploaded_at: "2026-01-01T03:04:05Z", is_current: false };
  const NEW = { id: "v2", size: 5, uploaded_at: "2026-01-02T03:04:05Z", is_current: true };

  beforeEach(() => {
    stored = [STORED];
  });

  it("are listed, and an older one can be had and becomes the current one", async () => {
    let versions = [NEW, OLD];
    const calls = api({
      "GET /api/files/f/versions": () => json({ items: versions }),
      "POST /api/files/f/versions/v1/restore": () => {
        versions = [{ ...OLD, id: "v3", is_current: true }, { ...NEW, is_current: false }, OLD];
        return json(STORED);
      },
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Versions of notes.txt" }));
    const dialog = screen.getByRole("dialog", { name: "Versions of “notes.txt”" });
    expect(await within(dialog).findAllByRole("listitem")).toHaveLength(2);
    const [, old] = within(dialog).getAllByRole("link", { name: /^Download the version from/ });
    expect(old).toHaveAttribute("href", "/api/files/f/versions/v1/download");
    await user.click(within(dialog).getByRole("button", { name: /^Restore the version from/ }));
    await waitFor(() => {
      expect(within(dialog).getAllByRole("listitem")).toHaveLength(3);
    });
    expect(await screen.findByText("Restored an older version of “notes.txt”")).toBeInTheDocument();
    expect(calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("get a new one, which is sent like an upload", async () => {
    const sent = FakeXhr.install();
    const calls = api({
      "GET /api/files/f/versions": () => json({ items: [NEW] }),
      "POST /api/files/f/versions": () => json(TICKET, 201),
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Versions of notes.txt" }));
    await user.upload(screen.getByLabelText("New version of notes.txt"), FILE);
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    await waitFor(() => {
      expect(sent).toHaveLength(1);
    });
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ content_type: "text/plain", size: 5 });
    sent[0]?.answer(204);
    expect(await screen.findByText("Uploaded a new version of “notes.txt”")).toBeInTheDocument();
  });

  it("say when they cannot be loaded, and when one is gone", async () => {
    let answer = problem(503, "Not available");
    api({
      "GET /api/files/f/versions": () => answer.clone(),
      "POST /api/files/f/versions/v1/restore": () => problem(404, "Not found", { detail: "No such version." }),
    });
    const { user } = renderApp("/files");
    await user.click(await screen.findByRole("button", { name: "Versions of notes.txt" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The versions couldn’t be loaded");
    answer = json({ items: [NEW, OLD] });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await user.click(await screen.findByRole("button", { name: /^Restore the version from/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent("No such version.");
  });
});
