import { beforeEach, expect, it, vi } from "vitest";
import { reloadWhenOutdated } from "@/outdated";

function missChunk(): Event {
  const event = new Event("vite:preloadError", { cancelable: true });
  window.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  sessionStorage.clear();
});

it("loads the page anew for a missing chunk, and lets the next one be an error", () => {
  const reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
  reloadWhenOutdated();
  expect(missChunk().defaultPrevented).toBe(true);
  expect(missChunk().defaultPrevented).toBe(false);
  expect(reload).toHaveBeenCalledTimes(1);
});

it("does not lose an open page while the browser is offline", () => {
  const reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  reloadWhenOutdated();
  expect(missChunk().defaultPrevented).toBe(false);
  expect(reload).not.toHaveBeenCalled();
});
