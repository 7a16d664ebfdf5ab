import { describe, expect, it } from "vitest";
import { api, unwrap } from "@/shared/api/client";
import { ApiProblem, problemFromError, problemFromResponse } from "@/shared/api/problem";
import { fakeApi, json, problem } from "@/test/fake-api";

function ask() {
  return unwrap(api.GET("/api/items"));
}

describe("an answer of the API", () => {
  it("is its data when all went well", async () => {
    fakeApi({ "GET /api/items": () => json({ items: [], total: 0 }) });
    expect(await ask()).toEqual({ items: [], total: 0 });
  });

  it("is a problem with title, detail, fields and request id when it is a problem document", async () => {
    fakeApi({
      "GET /api/items": () =>
        problem(422, "Invalid request", {
          detail: "Two values are wrong.",
          request_id: "r-7",
          errors: [
            { field: "title", message: "is too long" },
            { field: "title", message: "the first message counts" },
            { field: "size", message: "must be positive" },
          ],
        }),
    });
    await expect(ask()).rejects.toMatchObject({
      message: "Invalid request",
      status: 422,
      detail: "Two values are wrong.",
      fields: { title: "is too long", size: "must be positive" },
      requestId: "r-7",
    });
  });

  it.each([
    [502, "<html>Bad gateway</html>", "The back end can’t be reached"],
    [504, "", "The back end took too long to answer"],
    [418, "{}", "The API responded with 418"],
    [500, '{"title": 7, "errors": "none"}', "The API responded with 500"],
  ])("of status %i without a problem document still has a readable title", async (status, body, title) => {
    fakeApi({ "GET /api/items": () => new Response(body, { status, headers: { "X-Request-Id": "r-8" } }) });
    await expect(ask()).rejects.toMatchObject({ message: title, status, fields: {}, requestId: "r-8" });
  });

  it("that is a page instead of JSON is a problem, not a crash", async () => {
    fakeApi({ "GET /api/items": () => new Response("<!doctype html>", { status: 200 }) });
    await expect(ask()).rejects.toMatchObject({ message: "The API’s response couldn’t be read" });
  });

  it("that never arrives is a problem of the connection", async () => {
    fakeApi({
      "GET /api/items": () => {
        throw new TypeError("Failed to fetch");
      },
    });
    await expect(ask()).rejects.toMatchObject({ message: "No connection to the API", status: 0 });
  });
});

it("leaves a cancelled request what it is", () => {
  const aborted = new DOMException("cancelled", "AbortError");
  expect(problemFromError(aborted)).toBe(aborted);
});

it.each([
  [0, true],
  [429, true],
  [503, true],
  [404, false],
  [422, false],
])("status %i may pass by itself: %s", (status, temporary) => {
  expect(new ApiProblem("x", { status }).temporary).toBe(temporary);
});

it("takes the document's request id before the header's", () => {
  const response = new Response(null, { status: 500, headers: { "X-Request-Id": "header" } });
  expect(problemFromResponse(response, { request_id: "document" }).requestId).toBe("document");
});
