import { act, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { fakeApi, json } from "@/test/fake-api";
import { renderApp } from "@/test/render-app";

const { dataset } = document.documentElement;

afterEach(() => {
  localStorage.clear();
  delete dataset.theme;
});

function open() {
  fakeApi({ "GET /api/mail": () => json({ sender: "a", recipient: "b", mailbox_url: null }) });
  return renderApp("/mail");
}

/** The script of index.html, as the browser runs it before the first paint. */
async function load() {
  vi.resetModules();
  await import("../../public/boot.js");
}

it("follows the system until one is chosen, which is kept", async () => {
  const { user } = open();
  expect(await screen.findByRole("radio", { name: "Match system" })).toBeChecked();
  expect(dataset.theme).toBeUndefined();
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(dataset.theme).toBe("dark");
  expect(localStorage.getItem("theme")).toBe("dark");
  await user.click(screen.getByRole("radio", { name: "Match system" }));
  expect(dataset.theme).toBeUndefined();
  expect(localStorage.getItem("theme")).toBeNull();
});

it("is there before the first paint", async () => {
  localStorage.setItem("theme", "light");
  await load();
  expect(dataset.theme).toBe("light");
});

it("that is nonsense in the storage is the system's", async () => {
  localStorage.setItem("theme", "pink");
  await load();
  expect(dataset.theme).toBeUndefined();
});

it("changes with the one chosen in another tab", async () => {
  open();
  await screen.findByRole("radio", { name: "Match system" });
  act(() => {
    window.dispatchEvent(new StorageEvent("storage", { key: "theme", newValue: "light" }));
  });
  expect(dataset.theme).toBe("light");
  expect(screen.getByRole("radio", { name: "Light" })).toBeChecked();
});
