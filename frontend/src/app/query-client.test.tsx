import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "@/lib/problem";
import { makeQueryClient } from "./query-client";

const away = () => new Problem({ status: 500, code: "http_500", title: "The server could not answer" });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function Page({ ask }: { ask: () => Promise<string> }) {
  const { data, isError } = useQuery({ queryKey: ["thing"], queryFn: ask });
  return <p>{data ?? (isError ? "failed" : "loading")}</p>;
}

function open(ask: () => Promise<string>) {
  return render(
    <QueryClientProvider client={makeQueryClient()}>
      <Page ask={ask} />
    </QueryClientProvider>,
  );
}

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

it("asks again by itself for what an outage has kept back", async () => {
  const ask = vi.fn(async () => "here").mockRejectedValueOnce(away());
  ask.mockRejectedValueOnce(away()).mockRejectedValueOnce(away());
  open(ask);
  await pass(2_000);
  expect(screen.getByText("failed")).toBeTruthy();
  await pass(5_000);
  expect(screen.getByText("here")).toBeTruthy();
  expect(ask).toHaveBeenCalledTimes(4);
});

it("asks ever more seldom, and no more once nobody looks", async () => {
  const ask = vi.fn(async (): Promise<string> => {
    throw away();
  });
  const { unmount } = open(ask);
  await pass(2_000);
  await pass(7_000);
  expect(ask).toHaveBeenCalledTimes(6);
  await pass(7_000);
  expect(ask).toHaveBeenCalledTimes(6);
  unmount();
  await pass(120_000);
  expect(ask).toHaveBeenCalledTimes(6);
});

it("rests while the tab is hidden", async () => {
  const ask = vi.fn(async () => "here").mockRejectedValueOnce(away());
  ask.mockRejectedValueOnce(away()).mockRejectedValueOnce(away());
  open(ask);
  await pass(2_000);
  const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await pass(60_000);
  expect(ask).toHaveBeenCalledTimes(3);
  seen.mockReturnValue("visible");
  await pass(5_000);
  expect(screen.getByText("here")).toBeTruthy();
});

it("takes a refusal for an answer", async () => {
  const ask = vi.fn(async (): Promise<string> => {
    throw new Problem({ status: 403, code: "forbidden", title: "Not yours" });
  });
  open(ask);
  await pass(120_000);
  expect(screen.getByText("failed")).toBeTruthy();
  expect(ask).toHaveBeenCalledTimes(1);
});
