/** What a visitor sees when the app's own scripts do not arrive. */
import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi, type MockInstance } from "vitest";
import { endBoot } from "@/outdated";

// Once: it listens as long as the page lives.
await import("../public/boot.js");

function fail(type: string): void {
  const script = document.createElement("script");
  script.type = type;
  document.head.append(script);
  script.dispatchEvent(new Event("error"));
  script.remove();
}

let reload: MockInstance<() => void>;

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  document.body.innerHTML = '<div id="root"><div class="page-frame"><header>Stack</header></div></div>';
  reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
  return () => {
    vi.useRealTimers();
  };
});

it("says that the page could not be loaded, below its header, and tries again by itself", () => {
  fail("module");
  expect(screen.getByRole("alert")).toHaveTextContent("The page couldn’t be loaded.");
  expect(screen.getByText("Stack")).toBeInTheDocument();
  vi.advanceTimersByTime(1_999);
  expect(reload).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(reload).toHaveBeenCalledTimes(1);
});

it("tries again at once when asked to", () => {
  fail("module");
  screen.getByRole("button", { name: "Try again" }).click();
  expect(reload).toHaveBeenCalledTimes(1);
});

it("waits twice as long after each failure, a minute at most, and begins anew after a success", () => {
  const waits: number[] = [];
  function failAndWait(): void {
    const start = Date.now();
    const before = reload.mock.calls.length;
    fail("module");
    while (reload.mock.calls.length === before) vi.advanceTimersByTime(1_000);
    waits.push((Date.now() - start) / 1_000);
  }
  for (let time = 0; time < 7; time += 1) failAndWait();
  endBoot();
  failAndWait();
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 2]);
});

it("waits for the connection where there is none", () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  fail("module");
  expect(screen.getByRole("alert")).toHaveTextContent("You’re offline.");
  vi.advanceTimersByTime(120_000);
  expect(reload).not.toHaveBeenCalled();
  window.dispatchEvent(new Event("online"));
  expect(reload).toHaveBeenCalledTimes(1);
});

it("leaves other scripts alone", () => {
  fail("text/javascript");
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});
