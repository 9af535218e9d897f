import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { intentKeys, useIntent } from "./intent";
import { Problem } from "./problem";

const failure = (status: number, retryAfter?: number) =>
  new Problem({ status, code: "x", title: "x", retryAfter });

/** Submits each content in turn, with the given outcomes, and tells the keys that were sent. */
async function keysOf(submissions: [content: unknown, outcome?: unknown][]) {
  const keys = intentKeys();
  const sent: string[] = [];
  for (const [content, outcome] of submissions) {
    const send = async (key: string) => {
      sent.push(key);
      if (outcome) throw outcome;
    };
    await keys.once(content, send).catch(() => undefined);
  }
  return sent;
}

describe("the key of an intent", () => {
  it.each([
    ["a lost answer", failure(0)],
    ["an outage", failure(503)],
    ["too many requests", failure(429)],
    ["a twin that still runs", failure(409, 20)],
    ["an ended session", failure(401)],
    ["a fault of no known kind", new Error("x")],
  ])("stays after %s when the same is submitted again", async (_, outcome) => {
    const [first, second] = await keysOf([[{ name: "a" }, outcome], [{ name: "a" }]]);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
  });

  it.each([
    ["success", undefined],
    ["a refusal", failure(422)],
    ["a conflict", failure(409)],
  ])("is another after %s", async (_, outcome) => {
    const [first, second] = await keysOf([[{ name: "a" }, outcome], [{ name: "a" }]]);
    expect(second).not.toBe(first);
  });

  it("belongs to one content, also when one comes back to it", async () => {
    const lost = failure(0);
    const [first, other, again] = await keysOf([
      [{ name: "a" }, lost],
      [{ name: "b" }, lost],
      [{ name: "a" }, lost],
    ]);
    expect(other).not.toBe(first);
    expect(again).toBe(first);
  });
});

describe("useIntent", () => {
  afterEach(() => vi.useRealTimers());

  type Send = (input: string, key: string) => Promise<string>;

  function hook(send: Send, options?: Parameters<typeof useIntent<string, string>>[1]) {
    const client = new QueryClient();
    const wrapper = ({ children }: { children: ReactNode }) =>
      createElement(QueryClientProvider, { client }, children);
    return renderHook(() => useIntent(send, options), { wrapper }).result;
  }

  it("tries a lost request again by itself, with the same key", async () => {
    vi.useFakeTimers();
    const send = vi.fn<(input: string, key: string) => Promise<string>>();
    send
      .mockRejectedValueOnce(failure(0))
      .mockRejectedValueOnce(failure(409, 30))
      .mockResolvedValueOnce("done");
    const result = hook(send);
    const outcome = act(async () => {
      const done = result.current.mutateAsync("launch");
      await vi.advanceTimersByTimeAsync(6_000);
      return done;
    });
    expect(await outcome).toBe("done");
    expect(new Set(send.mock.calls.map(([, key]) => key)).size).toBe(1);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it.each([
    ["a refusal", failure(422)],
    ["a long wait", failure(429, 60)],
  ])("leaves %s to the person", async (_, outcome) => {
    const send = vi.fn<(input: string, key: string) => Promise<string>>().mockRejectedValue(outcome);
    const result = hook(send);
    await act(() => result.current.mutateAsync("launch").catch(() => undefined));
    expect(send).toHaveBeenCalledTimes(1);
  });

  /** Wishes whose answers are as given, and the keys that were sent. */
  async function sentFor(wishes: [string, unknown?][], options?: Parameters<typeof hook>[1]) {
    const answers = [...wishes];
    const send = vi.fn<Send>(async () => {
      const [, lost] = answers.shift() ?? [];
      if (lost) throw lost;
      return "done";
    });
    const result = hook(send, options);
    for (const [wish] of wishes) await act(() => result.current.mutateAsync(wish).catch(() => undefined));
    return send.mock.calls.map(([, key]) => key);
  }
  // It says when, and that is too late to wait for.
  const lost = failure(503, 60);

  it("takes what is wished again after something else was done for another wish", async () => {
    const [first, , again] = await sentFor([["pause", lost], ["resume"], ["pause"]]);
    expect(again).not.toBe(first);
  });

  it("takes it for the same wish after something else was refused", async () => {
    const [first, , again] = await sentFor([["order", lost], ["other", failure(422)], ["order"]]);
    expect(again).toBe(first);
  });

  it("takes it for the same wish as long as the same is seen", async () => {
    let version = 1;
    const seen = () => version;
    const [first, again] = await sentFor(
      [
        ["pause", lost],
        ["pause", lost],
      ],
      { seen },
    );
    expect(again).toBe(first);
    const changes = [1, 2];
    const other = await sentFor([["pause", lost], ["pause"]], {
      seen: () => {
        version = changes.shift() ?? 0;
        return version;
      },
    });
    expect(new Set(other).size).toBe(2);
  });

  it("keeps the key of what is tried again while something else is done", async () => {
    vi.useFakeTimers();
    let tries = 0;
    const send = vi.fn<Send>(async (input) => {
      if (input === "slow" && tries++ === 0) throw failure(0);
      return "done";
    });
    const result = hook(send);
    await act(async () => {
      const slow = result.current.mutateAsync("slow");
      await vi.advanceTimersByTimeAsync(100);
      await result.current.mutateAsync("quick");
      await vi.advanceTimersByTimeAsync(2_000);
      await slow;
    });
    const keys = send.mock.calls.filter(([input]) => input === "slow").map(([, key]) => key);
    expect(keys.length).toBe(2);
    expect(keys[1]).toBe(keys[0]);
  });

  it("keeps the key of a draft with it, over a reload, until it is done", async () => {
    const draft = { name: "order/1", forget: vi.fn() };
    const [first] = await sentFor([["order", lost]], { draft });
    expect(draft.forget).not.toHaveBeenCalled();
    const [again] = await sentFor([["order"]], { draft });
    expect(again).toBe(first);
    expect(draft.forget).toHaveBeenCalledOnce();
    const [later] = await sentFor([["order"]], { draft });
    expect(later).not.toBe(first);
    expect(sessionStorage.length).toBe(0);
  });
});
