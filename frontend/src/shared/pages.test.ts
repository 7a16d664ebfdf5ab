import { describe, expect, it } from "vitest";
import { pageCount, pageOffset, pageRange, pageSearch } from "@/shared/pages";

describe("the page in the address", () => {
  it.each([2, "2", 17])("is taken when it is a page: %s", (page) => {
    expect(pageSearch({ page })).toEqual({ page: Number(page) });
  });

  it.each([undefined, 1, "1", 0, -3, 1.5, "x", "", null, [], {}, 1e300, NaN])(
    "means the first page when it is %s",
    (page) => {
      expect(pageSearch({ page })).toEqual({});
    },
  );

  it("ends where the API ends", () => {
    expect(pageSearch({ page: 1_000_000 })).toEqual({ page: 5001 });
  });
});

describe("the arithmetic of pages", () => {
  it.each([
    [0, 1],
    [1, 1],
    [20, 1],
    [21, 2],
    [10_000, 500],
    [1_000_000, 5001],
  ])("%i entries make %i pages of 20", (total, pages) => {
    expect(pageCount(total, 20)).toBe(pages);
  });

  it("starts at 0 and goes by pages", () => {
    expect([1, 2, 5].map((page) => pageOffset(page, 20))).toEqual([0, 20, 80]);
  });

  it("counts entries from 1 and ends with the last", () => {
    expect(pageRange(1, 45, 20)).toEqual({ first: 1, last: 20 });
    expect(pageRange(3, 45, 20)).toEqual({ first: 41, last: 45 });
    expect(pageRange(1, 0, 20)).toEqual({ first: 0, last: 0 });
  });
});
