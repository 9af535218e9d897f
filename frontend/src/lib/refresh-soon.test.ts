import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refreshSoon } from "./refresh-soon";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SHORT = ["segments", "s1"];
const LONG = ["segments", "s1", "members"];

function watched() {
  const client = new QueryClient();
  const pages = (count: number) => ({
    pages: Array.from({ length: count }, () => ({ items: [] })),
    pageParams: [],
  });
  client.setQueryData(SHORT, { count: 3 });
  client.setQueryData(LONG, pages(40));
  const reads = { [SHORT.join("/")]: 0, [LONG.join("/")]: 0 };
  client.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && event.action.type === "invalidate") {
      const name = event.query.queryKey.join("/");
      reads[name] = (reads[name] ?? 0) + 1;
      // As though it had been read.
      client.setQueryData(event.query.queryKey, event.query.state.data);
    }
  });
  return { client, reads: () => Object.values(reads) };
}

it("looks a few times for what is short, and twice for a long scroll", () => {
  const { client, reads } = watched();
  refreshSoon(client, SHORT);
  vi.advanceTimersByTime(600);
  expect(reads()).toEqual([1, 0]);
  vi.advanceTimersByTime(1_500);
  expect(reads()).toEqual([2, 1]);
  vi.advanceTimersByTime(60_000);
  expect(reads()).toEqual([6, 2]);
});

it("looks after the last of several changes, not after each", () => {
  const { client, reads } = watched();
  for (let change = 0; change < 5; change++) {
    refreshSoon(client, SHORT);
    vi.advanceTimersByTime(400);
  }
  expect(reads()).toEqual([0, 0]);
  vi.advanceTimersByTime(60_000);
  expect(reads()).toEqual([6, 2]);
});
