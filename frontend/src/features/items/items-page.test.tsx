import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeApi, json, later, onlyOnce, problem } from "@/test/fake-api";
import { renderApp, shownAddress } from "@/test/render-app";

const TIMES = { created_at: "2026-01-02T03:04:05Z", updated_at: "2026-01-02T03:04:05Z" };
const APPLE = { id: "a", title: "Apple", description: "Red", ...TIMES };
const PEAR = { id: "b", title: "Pear", description: "", ...TIMES };

function page(...items: (typeof APPLE)[]) {
  return { items, total: items.length };
}

async function askForDeletion(user: ReturnType<typeof renderApp>["user"], title: string) {
  await user.click(await screen.findByRole("button", { name: `Delete ${title}` }));
}

describe("the list", () => {
  it("loads, then shows the items newest first as the API sent them", async () => {
    const { answer, resolve } = later();
    fakeApi({ "GET /api/items": () => answer });
    renderApp("/items");
    expect(await screen.findByText("Loading items")).toBeInTheDocument();
    resolve(json(page(APPLE, PEAR)));
    const rows = within(await screen.findByRole("list", { name: "Items" })).getAllByRole("listitem");
    expect(rows.map((row) => row.querySelector(".list-title")?.textContent)).toEqual(["Apple", "Pear"]);
    expect(screen.getByText("2 rows in the database")).toBeInTheDocument();
    expect(document.title).toBe("Items · Stack");
  });

  it("says that it is empty", async () => {
    fakeApi({ "GET /api/items": () => json(page()) });
    renderApp("/items");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
  });

  it("shows why it could not be loaded, and tries again when asked", async () => {
    let broken = true;
    const calls = fakeApi({
      "GET /api/items": () =>
        broken ? problem(503, "The database is not available", { request_id: "r-1" }) : json(page(APPLE)),
    });
    const { user } = renderApp("/items");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The items couldn’t be loaded");
    expect(alert).toHaveTextContent("The database is not available");
    expect(alert).toHaveTextContent("Request r-1");
    expect(calls).toHaveLength(3);

    broken = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Apple")).toBeInTheDocument();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("does not ask again when asking again cannot help", async () => {
    const calls = fakeApi({ "GET /api/items": () => problem(422, "Invalid request") });
    renderApp("/items");
    await screen.findByRole("alert");
    expect(calls).toHaveLength(1);
  });
});

describe("pages", () => {
  function fortyFive() {
    return fakeApi({
      "GET /api/items": ({ url }) => {
        const offset = Number(url.searchParams.get("offset"));
        const count = Math.max(0, Math.min(20, 45 - offset));
        const items = Array.from({ length: count }, (_, row) => ({
          ...APPLE,
          id: String(offset + row),
          title: `Item ${offset + row + 1}`,
        }));
        return json({ items, total: 45 });
      },
    });
  }

  it("has its number in the address, and goes on and back", async () => {
    fortyFive();
    const { user } = renderApp("/items?page=2");
    expect(await screen.findByText("21–40 of 45")).toBeInTheDocument();
    await user.click(screen.getByRole("link", { name: "Next" }));
    expect(await screen.findByText("41–45 of 45")).toBeInTheDocument();
    expect(shownAddress()).toBe("/items?page=3");
    expect(screen.getByRole("button", { name: "Next" })).toBeDisabled();
    await user.click(screen.getByRole("link", { name: "Previous" }));
    await user.click(screen.getByRole("link", { name: "Previous" }));
    expect(await screen.findByText("Item 1")).toBeInTheDocument();
    expect(shownAddress()).toBe("/items");
  });

  it("can be any: its number is typed", async () => {
    fortyFive();
    const { user } = renderApp("/items");
    const field = await screen.findByLabelText("Page");
    await user.clear(field);
    await user.type(field, "3{Enter}");
    expect(await screen.findByText("41–45 of 45")).toBeInTheDocument();
    expect(shownAddress()).toBe("/items?page=3");
  });

  it("goes to the last page from an address beyond it", async () => {
    fortyFive();
    renderApp("/items?page=9");
    expect(await screen.findByText("Item 45")).toBeInTheDocument();
    expect(shownAddress()).toBe("/items?page=3");
  });
});

describe("the search", () => {
  function twoFruits() {
    return fakeApi({
      "GET /api/items": ({ url }) => {
        const q = url.searchParams.get("q") ?? "";
        return json(page(...[APPLE, PEAR].filter(({ title }) => title.toLowerCase().includes(q))));
      },
    });
  }

  it("is asked for once the typing pauses, and held by the address", async () => {
    const calls = twoFruits();
    const { user } = renderApp("/items?page=1");
    await screen.findByText("Apple");
    await user.type(screen.getByLabelText("Search items"), "pear");
    await waitFor(() => {
      expect(screen.queryByText("Apple")).not.toBeInTheDocument();
    });
    expect(shownAddress()).toBe("/items?q=pear");
    expect(calls.map(({ url }) => url.searchParams.get("q"))).toEqual([null, "pear"]);
  });

  it("comes from the address, numbers as text, and says when nothing matches", async () => {
    const calls = twoFruits();
    const { user } = renderApp("/items?q=0123&sort=title&page=3");
    expect(await screen.findByRole("heading", { name: "Nothing matches “0123”" })).toBeInTheDocument();
    expect(screen.getByLabelText("Search items")).toHaveValue("0123");
    expect(screen.getByLabelText("Sort by")).toHaveValue("title");
    expect(calls[0]?.url.searchParams.get("sort")).toBe("title");

    await user.click(screen.getByRole("button", { name: "Show all items" }));
    expect(await screen.findByText("Apple")).toBeInTheDocument();
    expect(screen.getByLabelText("Search items")).toHaveValue("");
    expect(shownAddress()).toBe("/items?sort=title");
  });

  it("goes with the order back to the first page, and back again in the history", async () => {
    const calls = fakeApi({ "GET /api/items": () => json({ items: [APPLE], total: 45 }) });
    const { user } = renderApp("/items?page=2");
    await screen.findByText("Apple");
    await user.selectOptions(screen.getByLabelText("Sort by"), "Title, Z to A");
    await waitFor(() => {
      expect(calls.at(-1)?.url.search).toBe("?limit=20&offset=0&sort=title_descending");
    });
    expect(shownAddress()).toBe("/items?sort=title_descending");
    act(() => {
      window.history.back();
    });
    await waitFor(() => {
      expect(screen.getByLabelText("Sort by")).toHaveValue("newest");
    });
    expect(shownAddress()).toBe("/items?page=2");
  });

  it.each(["/items?sort=colour", "/items?sort=constructor", "/items?q=%20%0A", "/items?page=x"])(
    "is the plain list for nonsense: %s",
    async (address) => {
      const calls = twoFruits();
      renderApp(address);
      await screen.findByText("Apple");
      expect(calls[0]?.url.searchParams.get("sort")).toBe("newest");
    },
  );
});

describe("a new item", () => {
  async function create(user: ReturnType<typeof renderApp>["user"]) {
    await user.click(await screen.findByRole("button", { name: "New item" }));
    await user.type(screen.getByLabelText("Title"), "  Apple ");
    await user.type(screen.getByLabelText("Description (optional)"), "Red");
    await user.click(screen.getByRole("button", { name: "Create" }));
  }

  it("shows at once on the first page, is sent trimmed, and can be changed once it is there", async () => {
    const { answer, resolve } = later();
    let items = [PEAR];
    const calls = fakeApi({ "GET /api/items": () => json(page(...items)), "POST /api/items": () => answer });
    const { user } = renderApp("/items");
    await screen.findByText("Pear");
    await create(user);
    expect(await screen.findByText("Apple")).toBeInTheDocument();
    expect(screen.getByText("2 rows in the database")).toBeInTheDocument();
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Edit Apple" })).toBeDisabled();
    expect(shownAddress()).toBe("/items");

    items = [APPLE, PEAR];
    resolve(json(APPLE, 201));
    await waitFor(() => {
      expect(screen.getByRole("button", { name: "Edit Apple" })).toBeEnabled();
    });
    expect(await screen.findByText("Created “Apple”")).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ title: "Apple", description: "Red" });
  });

  it("goes again when it is refused, and the form returns with what was typed and the reason", async () => {
    fakeApi({
      "GET /api/items": onlyOnce(() => json(page())),
      "POST /api/items": () =>
        problem(422, "Invalid request", { errors: [{ field: "title", message: "is already taken" }] }),
    });
    const { user } = renderApp("/items");
    await screen.findByRole("heading", { name: "No items yet" });
    await create(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("The item wasn’t saved");
    const title = screen.getByLabelText("Title");
    expect(title).toHaveValue("Apple");
    expect(title).toBeInvalid();
    expect(title).toHaveAccessibleDescription("is already taken");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
  });
});

describe("the form", () => {
  it("says at the field what is missing or too long, and sends nothing", async () => {
    const calls = fakeApi({ "GET /api/items": () => json(page()) });
    const { user } = renderApp("/items");
    await user.click(await screen.findByRole("button", { name: "Create the first item" }));
    const title = screen.getByLabelText("Title");
    await user.click(screen.getByRole("button", { name: "Create" }));
    expect(title).toHaveFocus();
    expect(title).toHaveAccessibleDescription("Enter a title.");
    await user.click(title);
    await user.paste("x".repeat(201));
    expect(title).toHaveAccessibleDescription("1 character too long; the limit is 200.");
    await user.click(screen.getByRole("button", { name: "Create" }));
    expect(calls.filter(({ method }) => method === "POST")).toEqual([]);
  });
});

describe("a change", () => {
  it("shows before the server has answered", async () => {
    const { answer, resolve } = later();
    let stored = APPLE;
    fakeApi({ "GET /api/items": () => json(page(stored)), "PATCH /api/items/*": () => answer });
    const { user } = renderApp("/items");
    await user.click(await screen.findByRole("button", { name: "Edit Apple" }));
    await user.clear(screen.getByLabelText("Title"));
    await user.type(screen.getByLabelText("Title"), "Plum");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Plum")).toBeInTheDocument();
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    stored = { ...APPLE, title: "Plum" };
    resolve(json(stored));
    await waitFor(() => {
      expect(screen.getByText("Plum")).toBeInTheDocument();
    });
  });

  it("is taken back when it is refused, and the form returns with what was typed", async () => {
    const { answer, resolve } = later();
    fakeApi({ "GET /api/items": onlyOnce(() => json(page(APPLE))), "PATCH /api/items/*": () => answer });
    const { user } = renderApp("/items");
    await user.click(await screen.findByRole("button", { name: "Edit Apple" }));
    await user.clear(screen.getByLabelText("Title"));
    await user.type(screen.getByLabelText("Title"), "Plum");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Plum");
    resolve(problem(404, "Item not found"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Item not found");
    expect(screen.getByText("Apple")).toBeInTheDocument();
    expect(screen.getByLabelText("Title")).toHaveValue("Plum");
  });
});

describe("a deletion", () => {
  it("shows before the server has answered", async () => {
    const { answer, resolve } = later();
    let items = [APPLE, PEAR];
    const calls = fakeApi({ "GET /api/items": () => json(page(...items)), "DELETE /api/items/*": () => answer });
    const { user } = renderApp("/items");
    await askForDeletion(user, "Apple");
    await waitFor(() => {
      expect(screen.queryByText("Apple")).not.toBeInTheDocument();
    });
    expect(screen.getByText("1 row in the database")).toBeInTheDocument();
    items = [PEAR];
    resolve(new Response(null, { status: 204 }));
    await waitFor(() => {
      expect(calls.map(({ method }) => method)).toEqual(["GET", "DELETE", "GET"]);
    });
    expect(calls[1]?.url.pathname).toBe("/api/items/a");
  });

  it("moves the focus to the page's heading: the button that had it is gone", async () => {
    fakeApi({
      "GET /api/items": onlyOnce(() => json(page(APPLE, PEAR))),
      "DELETE /api/items/*": () => new Response(null, { status: 204 }),
    });
    const { user } = renderApp("/items");
    await askForDeletion(user, "Apple");
    await waitFor(() => {
      expect(screen.getByRole("heading", { name: "Items" })).toHaveFocus();
    });
  });

  it("puts the item back when it is refused, and says why", async () => {
    const { answer, resolve } = later();
    fakeApi({ "GET /api/items": onlyOnce(() => json(page(APPLE, PEAR))), "DELETE /api/items/*": () => answer });
    const { user } = renderApp("/items");
    await askForDeletion(user, "Apple");
    await waitFor(() => {
      expect(screen.queryByText("Apple")).not.toBeInTheDocument();
    });
    resolve(problem(503, "The database is not available"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Couldn’t delete “Apple”");
    expect(screen.getByText("Apple")).toBeInTheDocument();
  });

  it("can be taken back: what was deleted is made anew", async () => {
    let items = [APPLE, PEAR];
    const calls = fakeApi({
      "GET /api/items": () => json(page(...items)),
      "DELETE /api/items/*": () => {
        items = [PEAR];
        return new Response(null, { status: 204 });
      },
      "POST /api/items": () => {
        items = [APPLE, PEAR];
        return json(APPLE, 201);
      },
    });
    const { user } = renderApp("/items");
    await askForDeletion(user, "Apple");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByText("Restored “Apple”")).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ title: "Apple", description: "Red" });
    expect(await screen.findByRole("button", { name: "Apple" })).toBeInTheDocument();
  });

  it("of many takes all that were selected, and says which were refused", async () => {
    let items = [APPLE, PEAR];
    fakeApi({
      "GET /api/items": () => json(page(...items)),
      "DELETE /api/items/*": ({ url }) => {
        if (url.pathname.endsWith("/b")) return problem(503, "The database is not available");
        items = [PEAR];
        return new Response(null, { status: 204 });
      },
    });
    const { user } = renderApp("/items");
    await user.click(await screen.findByRole("checkbox", { name: "Select all on this page" }));
    expect(screen.getByText("2 selected")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Delete" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Couldn’t delete “Pear”");
    expect(screen.getByText("Deleted “Apple”")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Pear" })).toBeInTheDocument();
    expect(screen.queryByText("2 selected")).not.toBeInTheDocument();
  });
});
