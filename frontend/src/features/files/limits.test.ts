import { expect, it } from "vitest";
import { acceptedTypes, contentType, describeLimits, reasonToRefuse } from "@/features/files/limits";

const LIMITS = { max_bytes: 1024, content_types: ["image/png", "text/plain", "application/zip"] };

function file(name: string, type: string, bytes = 10) {
  return new File([new Uint8Array(bytes)], name, { type });
}

it("says what is allowed", () => {
  expect(describeLimits(LIMITS)).toBe("Up to 1 KiB each: PNG, text, ZIP");
});

it.each([
  ["of an allowed type", file("a.png", "image/png")],
  ["exactly at the limit", file("a.png", "image/png", 1024)],
  ["with parameters in its type", file("a.txt", "text/plain; charset=utf-8")],
  ["zipped on Windows", file("a.ZIP", "application/x-zip-compressed")],
])("takes a file %s", (_what, accepted) => {
  expect(reasonToRefuse(accepted, LIMITS)).toBeUndefined();
});

it.each([
  ["empty", file("a.png", "image/png", 0), "The file is empty."],
  ["one byte too large", file("a.png", "image/png", 1025), "The file is 1 KiB; the limit is 1 KiB."],
  ["of another type", file("a.html", "text/html"), "Files of type text/html aren’t accepted. Try PNG, text, ZIP."],
  ["of no known type", file("a", ""), "Files of an unknown type aren’t accepted. Try PNG, text, ZIP."],
])("refuses a file that is %s, and says why", (_what, refused, reason) => {
  expect(reasonToRefuse(refused, LIMITS)).toBe(reason);
});

it.each([
  ["notes.md", "", "text/markdown"],
  ["table.csv", "application/vnd.ms-excel", "text/csv"],
  ["photo.JPG", "image/jpeg", "image/jpeg"],
  ["LICENSE", "", ""],
])("knows the type of %s", (name, type, expected) => {
  expect(contentType(file(name, type))).toBe(expected);
});

it("offers allowed types in the file dialog, by extension too where systems disagree", () => {
  expect(acceptedTypes(LIMITS)).toBe("image/png,text/plain,application/zip,.zip");
});
