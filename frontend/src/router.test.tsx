import { act, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeApi, json } from "@/test/fake-api";
import { renderApp } from "@/test/render-app";

const EMPTY = () => json({ items: [], total: 0 });

it("begins with the items", async () => {
  fakeApi({ "GET /api/items": EMPTY });
  const { router } = renderApp("/");
  expect(await screen.findByRole("heading", { name: "Items" })).toBeInTheDocument();
  expect(router.state.location.href).toBe("/items");
  expect(screen.getByRole("link", { name: "Items" })).toHaveAttribute("aria-current", "page");
});

it("answers an unknown address with a way back", async () => {
  fakeApi({});
  renderApp("/nothing/here");
  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Go to the start" })).toHaveAttribute("href", "/");
});

it("says when the browser is offline", async () => {
  fakeApi({ "GET /api/items": EMPTY });
  renderApp("/items");
  await screen.findByRole("heading", { name: "No items yet" });
  expect(screen.queryByText(/You are offline/)).not.toBeInTheDocument();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => {
    window.dispatchEvent(new Event("offline"));
  });
  expect(screen.getByText(/You are offline/)).toBeInTheDocument();
});
