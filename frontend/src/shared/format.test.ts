import { expect, it } from "vitest";
import { formatBytes } from "@/shared/format";

it.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [1023, "1,023 bytes"],
  [1024, "1 KiB"],
  [1540, "1.5 KiB"],
  [1_048_575, "1 MiB"],
  [26_214_400, "25 MiB"],
  [5_000_000_000_000, "4,656.6 GiB"],
])("shows %i bytes as %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});
