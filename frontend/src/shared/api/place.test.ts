import { afterEach, expect, it, vi } from "vitest";

/** The module as a page has it at `address`, with what the server wrote into it. */
async function placeAt(address: string, written: string) {
  vi.resetModules();
  vi.stubGlobal("location", new URL(address));
  document.head.innerHTML = `<meta name="api" content="${written}">`;
  return import("@/shared/api/place");
}

afterEach(() => {
  document.head.innerHTML = "";
});

it("asks for the API at the page's own address where nothing is written", async () => {
  const { apiAddress, ApiRequest } = await placeAt("https://d1.cloudfront.net/items", "");
  const request = new ApiRequest("/api/items");
  expect([apiAddress("/api/items"), request.url, request.credentials]).toEqual([
    "/api/items",
    "https://d1.cloudfront.net/api/items",
    "same-origin",
  ]);
});

it("asks at the API's own name, without the prefix and with the cookie", async () => {
  const { apiAddress, ApiRequest } = await placeAt("http://shop.localhost:4566/", "http://api.shop.localhost:4566");
  const request = new ApiRequest("/api/items?q=/api/1", { method: "POST" });
  expect([apiAddress("/api/files/1"), request.url, request.credentials, request.method]).toEqual([
    "http://api.shop.localhost:4566/files/1",
    "http://api.shop.localhost:4566/items?q=/api/1",
    "include",
    "POST",
  ]);
});

it("asks there for whatever the client is asked for", async () => {
  await placeAt("http://shop.localhost:4566/", "http://api.shop.localhost:4566");
  const asked: string[] = [];
  vi.stubGlobal("fetch", ({ method, url, credentials }: Request) => {
    asked.push(`${method} ${url} ${credentials}`);
    return Promise.resolve(Response.json({}));
  });
  const { api } = await import("@/shared/api/client");
  await api.GET("/api/items", { params: { query: { q: "x" } } });
  await api.PATCH("/api/items/{item_id}", { params: { path: { item_id: "1" } }, body: { title: "y" } });
  expect(asked).toEqual([
    "GET http://api.shop.localhost:4566/items?q=x include",
    "PATCH http://api.shop.localhost:4566/items/1 include",
  ]);
});

it("leads the browser there for files, too", async () => {
  await placeAt("http://shop.localhost:4566/", "http://api.shop.localhost:4566");
  const { downloadAddress, versionAddress } = await import("@/features/files/queries");
  const file = { id: "1", name: "a", content_type: "text/plain", size: 1, created_at: "", deleted_at: null };
  expect([downloadAddress(file), versionAddress(file, "v1")]).toEqual([
    "http://api.shop.localhost:4566/files/1/download",
    "http://api.shop.localhost:4566/files/1/versions/v1/download",
  ]);
});

it("stays with its own address where the page has another name: a cookie of the API's would not be sent", async () => {
  const { apiAddress } = await placeAt("https://d1.cloudfront.net/", "https://api.shop.example.com");
  expect(apiAddress("/api/items")).toBe("/api/items");
});
