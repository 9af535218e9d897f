import { describe, expect, it } from "vitest";
import { aCustomer } from "@/testing/made";
import { cursorsToRefresh, extended, refreshed, rowsOf, type Stretches } from "./customer-rows";

const people = (...ids: (string | number)[]) => ids.map((id) => aCustomer({ id: String(id) }));
const page = (nextCursor: string | null, ...ids: (string | number)[]) => ({
  items: people(...ids),
  nextCursor,
});
const ids = (data: Stretches) => rowsOf(data).map(({ id }) => id);
const head = (answer: ReturnType<typeof page>) => new Map([[null, answer]]);

const loaded: Stretches = {
  stretches: [
    { cursor: null, items: people(9, 8, 7) },
    { cursor: "after 7", items: people(6, 5, 4) },
    { cursor: "after 4", items: people(3, 2, 1) },
  ],
  next: "after 1",
};

describe("rows of the list of customers", () => {
  it("begin with the first page and grow by the next", () => {
    const begun = refreshed(undefined, head(page("after 7", 9, 8, 7)));
    const grown = extended(begun, "after 7", page(null, 6, 5));
    expect([ids(grown), grown.next]).toEqual([["9", "8", "7", "6", "5"], null]);
    expect(extended(grown, "after 7", page("x", 6, 5))).toBe(grown);
  });

  it("take in who is new at the top, and lose nobody who was pushed out by that", () => {
    const now = refreshed(loaded, head(page("after 8", 11, 10, 8)));
    expect(ids(now)).toEqual(["11", "10", "8", "7", "6", "5", "4", "3", "2", "1"]);
    expect(now.next).toBe("after 1");
  });

  it("lose who is gone, and show nobody twice who has moved up", () => {
    const now = refreshed(
      loaded,
      new Map([
        [null, page("after 6", 9, 7, 6)],
        ["after 7", page("after 3", 5, 4, 3)],
      ]),
    );
    expect(ids(now)).toEqual(["9", "7", "6", "5", "4", "3", "2", "1"]);
  });

  it("begin anew when more is new than a page holds", () => {
    const now = refreshed(loaded, head(page("after 97", 99, 98, 97)));
    expect([ids(now), now.next]).toEqual([["99", "98", "97"], "after 97"]);
  });

  it("find out that the end has moved on, where the last stretch was looked at", () => {
    const ended: Stretches = { ...loaded, next: null };
    const now = refreshed(
      ended,
      new Map([
        [null, page("after 7", 9, 8, 7)],
        ["after 4", page("after 1", 3, 2, 1)],
      ]),
    );
    expect(now.next).toBe("after 1");
  });

  it("are asked for again at the top and where somebody looks, and nowhere else", () => {
    expect(cursorsToRefresh(undefined, [0, 20])).toEqual([null]);
    expect(cursorsToRefresh(loaded, [0, 2])).toEqual([null]);
    expect(cursorsToRefresh(loaded, [4, 5])).toEqual([null, "after 7"]);
    expect(cursorsToRefresh(loaded, [5, 8])).toEqual([null, "after 7", "after 4"]);
  });
});
