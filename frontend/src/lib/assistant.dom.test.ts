import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { ask, misunderstanding, originInWords } from "./assistant";
import { Problem } from "./problem";
import { session } from "./session";

const ASK = "POST /api/generate-rules";
const LOOK = "GET /api/ai/requests/q1";
const ANSWER = {
  rules: { combinator: "and", rules: [] },
  explanation: "Everyone",
  unsupported: [],
  source: "gemini",
};

beforeEach(() => {
  signedIn();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

const waiting = (status: 200 | 202 = 200, retryAfter = 3) =>
  json({ id: "q1", status: "waiting" }, { status, headers: { "retry-after": String(retryAfter) } });

function begin(answers: Parameters<typeof serve>[0]) {
  const calls = serve(answers);
  const leaving = new AbortController();
  const onWaiting = vi.fn();
  const asked = ask(
    ASK,
    { body: { prompt: "all" } },
    { idempotencyKey: "k1", signal: leaving.signal, onWaiting },
  );
  // Whoever awaits it sees the fault; nobody else is to be told of one that is not handled yet.
  asked.catch(() => undefined);
  return { calls, asked, onWaiting, leaving };
}

describe("a question", () => {
  it("says that it would rather wait, and is answered at once as a rule", async () => {
    const { calls, asked, onWaiting } = begin({ [ASK]: () => ANSWER });
    expect(await asked).toEqual(ANSWER);
    expect(onWaiting).not.toHaveBeenCalled();
    const [call] = calls(ASK);
    expect(call?.headers.get("prefer")).toBe("respond-async");
    expect(call?.headers.get("idempotency-key")).toBe("k1");
    expect(JSON.parse(call?.body ?? "")).toEqual({ prompt: "all" });
  });

  it("that waits is asked for at the server's pace until it is answered", async () => {
    const looks = [waiting(200, 7), json({ id: "q1", status: "answered", result: ANSWER })];
    const { calls, asked, onWaiting } = begin({ [ASK]: () => waiting(202, 3), [LOOK]: () => looks.shift() });
    await vi.advanceTimersByTimeAsync(2_900);
    expect(onWaiting).toHaveBeenCalledOnce();
    expect(calls(LOOK)).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(calls(LOOK)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_800);
    expect(calls(LOOK)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await asked).toEqual(ANSWER);
  });

  it("that waited and is refused brings the problem that it would have got", async () => {
    const refused = {
      status: 422,
      code: "not_understood",
      errors: [{ field: "prompt", reason: "not understood: a poem" }],
    };
    const { asked } = begin({
      [ASK]: () => waiting(202),
      [LOOK]: () => ({ id: "q1", status: "refused", problem: refused }),
    });
    await vi.advanceTimersByTimeAsync(3_000);
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ status: 422, code: "not_understood" });
    expect(misunderstanding(error)).toBe("Not understood: “a poem”.");
  });

  it("is still there after a lost connection, and given up when that lasts", async () => {
    let isDown = true;
    const lost = () => {
      if (isDown) throw new TypeError("Failed to fetch");
      return { id: "q1", status: "answered", result: ANSWER };
    };
    const first = begin({ [ASK]: () => waiting(202), [LOOK]: lost });
    await vi.advanceTimersByTimeAsync(3_000 * 4);
    isDown = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await first.asked).toEqual(ANSWER);

    isDown = true;
    const second = begin({ [ASK]: () => waiting(202), [LOOK]: lost });
    await vi.advanceTimersByTimeAsync(3_000 * 5);
    await expect(second.asked).rejects.toMatchObject({ code: "offline" });
    expect(second.calls(LOOK)).toHaveLength(5);
  });

  it("of which the answer is no longer kept has to be asked again", async () => {
    const { asked } = begin({ [ASK]: () => waiting(202), [LOOK]: () => problem(404, "not_found") });
    await vi.advanceTimersByTimeAsync(3_000);
    await expect(asked).rejects.toThrow("The answer is no longer kept: ask again");
  });

  it("is given up when nobody waits for it any more", async () => {
    const { calls, asked, leaving } = begin({ [ASK]: () => waiting(202), [LOOK]: () => waiting() });
    await vi.advanceTimersByTimeAsync(3_000);
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls(LOOK)).toHaveLength(1);
  });

  it("rests while the tab is hidden, and is looked for when it is shown", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const { calls, asked } = begin({
      [ASK]: () => waiting(202),
      [LOOK]: () => ({ id: "q1", status: "answered", result: ANSWER }),
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls(LOOK)).toHaveLength(0);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(await asked).toEqual(ANSWER);
  });
});

it("says who answered, and why it was not the model", () => {
  expect(originInWords({ source: "gemini" })).toBe("Answered by Gemini.");
  expect(originInWords({ source: "offline" })).toBe("Answered offline, without a model.");
  expect(originInWords({ source: "offline", offlineReason: "quota" })).toBe(
    "Answered offline: the model is over its quota.",
  );
});
