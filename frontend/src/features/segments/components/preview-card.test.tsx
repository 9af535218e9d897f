import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RuleGroup } from "@/lib/contract";
import { session } from "@/lib/session";
import { serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import { PreviewCard } from "./preview-card";

const PREVIEWS = "POST /api/segments/preview";

beforeEach(() => {
  vi.useFakeTimers();
  signedIn();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

const spent = (value: number | ""): RuleGroup => ({
  combinator: "and",
  not: false,
  rules: [{ field: "totalSpend", operator: ">=", value }],
});
const preview = (count: number) => ({
  count,
  total: 100,
  sample: [{ id: "c", email: `${count}@example.com` }],
  tookMs: 12,
});
/** The value that a request asks about. */
const asked = (body: string): number => JSON.parse(body).rules.rules[0].value;

function open(rules: RuleGroup) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const card = (shown: RuleGroup) => (
    <QueryClientProvider client={client}>
      <PreviewCard rules={shown} attributes={[]} />
    </QueryClientProvider>
  );
  const { rerender } = render(card(rules));
  return (next: RuleGroup) => rerender(card(next));
}

/** Lets time pass; what React makes of it comes at the end, and what that asks for in the next stretch. */
const pass = (time: number) => act(() => vi.advanceTimersByTimeAsync(time));
const status = () => screen.getByRole("status").textContent;

describe("the preview", () => {
  it("counts at once what is there, with some of the people and the time taken", async () => {
    serve({ [PREVIEWS]: () => preview(7) });
    open(spent(1));
    await pass(10);
    expect(status()).toBe("7 of 100 customers (7%)");
    expect(screen.getByText("By the rules as they stand now.")).toBeTruthy();
    expect(screen.getByText("7@example.com")).toBeTruthy();
    expect(screen.getByText("Counted in 12 ms")).toBeTruthy();
  });

  it("asks once typing has paused for 300 ms, and shows no former count meanwhile", async () => {
    const calls = serve({ [PREVIEWS]: ({ body }) => preview(asked(body)) });
    const change = open(spent(1));
    await pass(10);
    for (const value of [12, 123, 50]) {
      change(spent(value));
      expect(status()).toBe("Counting");
      expect(screen.queryByText("1@example.com")).toBeNull();
      await pass(250);
    }
    expect(calls(PREVIEWS)).toHaveLength(1);
    await pass(60);
    await pass(10);
    expect(calls(PREVIEWS).map(({ body }) => asked(body))).toEqual([1, 50]);
    expect(status()).toContain("50 of 100");
  });

  it("cancels the request of former rules, whose late answer is shown to nobody", async () => {
    const answers: ((body: unknown) => void)[] = [];
    const calls = serve({ [PREVIEWS]: () => new Promise((resolve) => answers.push(resolve)) });
    const change = open(spent(1));
    await pass(10);
    change(spent(2));
    await pass(310);
    await pass(10);
    const [first, second] = calls(PREVIEWS);
    expect(first?.signal?.aborted).toBe(true);
    expect(second?.signal?.aborted).toBe(false);
    answers[1]?.(preview(22));
    await pass(10);
    expect(status()).toContain("22 of 100");
    answers[0]?.(preview(11));
    await pass(10);
    expect(status()).toContain("22 of 100");
  });

  it("says calmly what a half-typed condition needs, and does not ask about it", async () => {
    const calls = serve({ [PREVIEWS]: () => preview(7) });
    const change = open(spent(1));
    await pass(10);
    change(spent(""));
    await pass(1_000);
    expect(status()).toBe("Total spend needs a value. The count follows once it is complete.");
    expect(calls(PREVIEWS)).toHaveLength(1);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says calmly what the server does not take yet, but raises an outage", async () => {
    const errors = [{ field: "rules.rules[0].value", reason: "must have at most 2 decimals" }];
    let answer = () => json({ status: 422, code: "invalid", errors }, { status: 422 });
    serve({ [PREVIEWS]: () => answer() });
    const change = open(spent(1));
    await pass(10);
    expect(status()).toContain("Condition 1: must have at most 2 decimals");
    expect(screen.queryByRole("alert")).toBeNull();
    answer = () => json({ status: 503, code: "unavailable", detail: "Try later." }, { status: 503 });
    change(spent(2));
    await pass(310);
    await pass(10);
    expect(screen.getByRole("alert").textContent).toContain("Try later.");
  });
});
