import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { App } from "./app";

function answer(body: unknown, status = 200) {
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(Response.json(body, { status }))),
  );
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("the page shows what the API says", async () => {
  answer({ message: "Hello from FastAPI" });
  render(<App />);
  expect(await screen.findByText("Hello from FastAPI")).toBeTruthy();
});

test("the page tells of an API that does not answer", async () => {
  answer({}, 503);
  render(<App />);
  expect(await screen.findByText("Error: /api/hello answers 503")).toBeTruthy();
});
