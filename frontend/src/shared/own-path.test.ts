import { expect, it } from "vitest";
import { ownPath } from "@/shared/own-path";

it.each(["/", "/items", "/items?q=a%20b&page=2", "/nothing/here"])("%s is of this app", (path) => {
  expect(ownPath(path)).toBe(path);
});

it.each([
  undefined,
  null,
  7,
  "",
  "items",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/.//evil.example",
  "javascript:alert(1)",
  "/sign-in",
  "/sign-in?from=/items",
])("%j is not a place to return to", (address) => {
  expect(ownPath(address)).toBeUndefined();
});
