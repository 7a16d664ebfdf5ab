import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { pageAt } from "@/routes/pages";
import { fakeApi, json, later } from "@/test/fake-api";
import { renderApp, shownAddress } from "@/test/render-app";

const EMPTY = () => json({ items: [], total: 0 });

it("shows where one is, and moves the focus to the heading of the next page", async () => {
  fakeApi({ "GET /api/items": EMPTY, "GET /api/mail": () => json({ sender: "a", recipient: "b", mailbox_url: null }) });
  const { user } = renderApp("/items");
  await screen.findByRole("heading", { name: "Items" });
  expect(screen.getByRole("link", { name: "Items" })).toHaveAttribute("aria-current", "page");
  await user.click(screen.getByRole("link", { name: "Mail" }));
  await waitFor(() => {
    expect(screen.getByRole("heading", { name: "Mail" })).toHaveFocus();
  });
  expect(document.title).toBe("Mail · Stack");
  expect(screen.getByRole("link", { name: "Items" })).not.toHaveAttribute("aria-current");
});

it("answers an unknown address with a way back", async () => {
  fakeApi({});
  renderApp("/nothing/here");
  expect(await screen.findByRole("heading", { name: "Page not found" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Go to the overview" })).toHaveAttribute("href", "/");
});

it("says when the browser is offline", async () => {
  fakeApi({ "GET /api/items": EMPTY });
  renderApp("/items");
  await screen.findByRole("heading", { name: "No items yet" });
  expect(screen.queryByText(/You’re offline/)).not.toBeInTheDocument();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => {
    window.dispatchEvent(new Event("offline"));
  });
  expect(screen.getByText(/You’re offline/)).toBeInTheDocument();
});

it("says when the server cannot be reached, until it answers again", async () => {
  let broken = true;
  fakeApi({
    "GET /api/items": () => {
      if (broken) throw new TypeError("Failed to fetch");
      return EMPTY();
    },
  });
  const { user } = renderApp("/items");
  const alert = await screen.findByRole("alert");
  const again = within(alert).getByRole("button", { name: "Try again" });
  expect(screen.getByText(/The server can’t be reached/)).toBeInTheDocument();
  broken = false;
  await user.click(again);
  await screen.findByRole("heading", { name: "No items yet" });
  expect(screen.queryByText(/The server can’t be reached/)).not.toBeInTheDocument();
});

it("keeps the page until the next one’s code is there, and tries again what could not be fetched", async () => {
  fakeApi({ "GET /api/items": EMPTY, "GET /api/mail": () => json({ sender: "a", recipient: "b", mailbox_url: null }) });
  const { answer, resolve } = later();
  const mail = pageAt("/mail");
  if (!mail) throw new Error("no page at /mail");
  mail.forget();
  const code = vi.spyOn(mail, "load");
  code.mockImplementation(async () => {
    await answer;
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  const { user } = renderApp("/items");
  await screen.findByRole("heading", { name: "No items yet" });
  await user.click(screen.getByRole("link", { name: "Mail" }));
  expect(shownAddress()).toBe("/mail");
  expect(screen.getByRole("heading", { name: "Items" })).toBeInTheDocument();
  resolve(new Response());
  expect(await screen.findByRole("heading", { name: "This page failed to load" })).toBeInTheDocument();
  expect(screen.getByRole("navigation")).toBeInTheDocument();
  code.mockRestore();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Mail" })).toBeInTheDocument();
});

it("asks for a page’s data as soon as somebody points at its link", async () => {
  const calls = fakeApi({
    "GET /api/items": EMPTY,
    "GET /api/mail": () => json({ sender: "a", recipient: "b", mailbox_url: null }),
  });
  const { user } = renderApp("/items");
  await user.hover(await screen.findByRole("link", { name: "Mail" }));
  await waitFor(() => {
    expect(calls.map(({ url }) => url.pathname)).toContain("/api/mail");
  });
  expect(shownAddress()).toBe("/items");
});

it("leaves a click with a key held, which opens a tab, to the browser", async () => {
  fakeApi({ "GET /api/items": EMPTY });
  const { user } = renderApp("/items");
  const link = await screen.findByRole("link", { name: "Mail" });
  const clicked = vi.fn((event: Event) => {
    expect(event.defaultPrevented).toBe(false);
    event.preventDefault();
  });
  window.addEventListener("click", clicked, { once: true });
  await user.keyboard("{Control>}");
  await user.click(link);
  await user.keyboard("{/Control}");
  expect(clicked).toHaveBeenCalledOnce();
  expect(shownAddress()).toBe("/items");
});
