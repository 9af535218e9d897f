import { waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grant, json, noContent, OWNER, problem, signedIn } from "@/testing/signed-in";
import { request, requestTagged } from "./api";
import { session } from "./session";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched.mockReset());
  signedIn();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  session.end();
});

/** Answers by path; what has no answer fails the test by its 404. */
function answer(by: Record<string, (headers: Headers) => Response | Promise<Response>>) {
  fetched.mockImplementation(async (path, init) => {
    return by[String(path)]?.(new Headers(init?.headers)) ?? problem(404, "not_found");
  });
}

const callsOf = (path: string) => fetched.mock.calls.filter(([called]) => called === path);
const bearer = (headers: Headers) => headers.get("authorization")?.replace("Bearer ", "");

describe("request", () => {
  it("sends token, query, body and key, and leaves empty parameters out", async () => {
    fetched.mockImplementation(async () => json({ items: [] }));
    await request("/api/customers", { query: { search: "a b&c", cursor: undefined, limit: 50, city: "" } });
    await request("/api/segments", { method: "POST", body: { rules: {} }, idempotencyKey: "key-1" });
    await request("/api/segments/preview", { method: "POST", body: { rules: {} }, idempotencyKey: null });

    const [listUrl, listInit] = fetched.mock.calls[0] ?? [];
    expect(listUrl).toBe("/api/customers?search=a+b%26c&limit=50");
    expect(bearer(new Headers(listInit?.headers))).toBe("token-1");
    expect(new Headers(listInit?.headers).has("content-type")).toBe(false);
    const [, postInit] = fetched.mock.calls[1] ?? [];
    expect(postInit).toMatchObject({ method: "POST", body: '{"rules":{}}' });
    expect(new Headers(postInit?.headers).get("idempotency-key")).toBe("key-1");
    expect(new Headers(fetched.mock.calls[2]?.[1]?.headers).has("idempotency-key")).toBe(false);
  });

  it("hands on the entity tag and names it when asked to", async () => {
    fetched.mockResolvedValueOnce(json({ id: "s1" }, { headers: { etag: '"3"' } }));
    expect(await requestTagged("/api/segments/s1")).toEqual({ data: { id: "s1" }, etag: '"3"' });
    fetched.mockResolvedValueOnce(noContent());
    expect(await request("/api/segments/s1", { method: "DELETE", ifMatch: '"3"' })).toBeUndefined();
    expect(new Headers(fetched.mock.calls[1]?.[1]?.headers).get("if-match")).toBe('"3"');
  });

  it("tells a lost connection from a cancelled request", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(request("/api/stats")).rejects.toMatchObject({ code: "offline", status: 0 });

    const abort = new AbortController();
    abort.abort();
    fetched.mockRejectedValueOnce(abort.signal.reason);
    await expect(request("/api/stats", { signal: abort.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  it("reports an answer that is not JSON as a problem", async () => {
    fetched.mockResolvedValue(new Response("<html>"));
    await expect(request("/api/stats")).rejects.toMatchObject({ code: "unreadable" });
  });

  it("asks the server nothing when nobody is signed in", async () => {
    session.end();
    await expect(request("/api/stats")).rejects.toMatchObject({ status: 401 });
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("a refused token", () => {
  const onlyNew = (headers: Headers) =>
    bearer(headers) === "token-2" ? json({ ok: true }) : problem(401, "unauthorized");

  it("is renewed once for all requests under way, and each is sent once more as it was", async () => {
    let release: (response: Response) => void = () => undefined;
    answer({
      "/api/stats": onlyNew,
      "/api/orders": onlyNew,
      "/api/campaigns": onlyNew,
      "/auth/refresh": () => new Promise((resolve) => (release = resolve)),
    });
    const all = Promise.all([
      request("/api/stats"),
      request("/api/orders"),
      request("/api/campaigns", { method: "POST", body: { name: "x" }, idempotencyKey: "key-1" }),
    ]);
    await waitFor(() => expect(callsOf("/auth/refresh")).toHaveLength(1));
    release(json(grant("token-2")));

    expect(await all).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(callsOf("/auth/refresh")).toHaveLength(1);
    expect(callsOf("/auth/refresh")[0]?.[1]).toMatchObject({ method: "POST", body: null });
    expect(callsOf("/api/stats")).toHaveLength(2);
    const sent = callsOf("/api/campaigns").map(([, init]) => init);
    expect(sent.map((init) => new Headers(init?.headers).get("idempotency-key"))).toEqual(["key-1", "key-1"]);
    expect(sent[1]?.body).toBe(sent[0]?.body);
  });

  it("is not renewed again for a late answer to the older token", async () => {
    answer({
      "/api/stats": (headers) => {
        if (bearer(headers) === "token-1") session.start(grant("token-2"));
        return onlyNew(headers);
      },
    });
    expect(await request("/api/stats")).toEqual({ ok: true });
    expect(callsOf("/auth/refresh")).toHaveLength(0);
  });

  it("ends the session when the renewed one is refused too, and asks no third time", async () => {
    answer({
      "/api/stats": () => problem(401, "unauthorized"),
      "/auth/refresh": () => json(grant("token-2")),
    });
    await expect(request("/api/stats")).rejects.toMatchObject({ status: 401, code: "unauthorized" });
    expect(callsOf("/api/stats")).toHaveLength(2);
    expect(session.get()).toEqual({ phase: "ended", user: OWNER });
  });

  it("ends the session when the server knows of none any more", async () => {
    answer({ "/api/stats": () => problem(401, "unauthorized"), "/auth/refresh": noContent });
    await expect(request("/api/stats")).rejects.toMatchObject({ status: 401 });
    expect(callsOf("/api/stats")).toHaveLength(1);
    expect(session.get()).toEqual({ phase: "ended", user: OWNER });
  });

  it("does not end the session when the server cannot be asked for another", async () => {
    answer({
      "/api/stats": () => problem(401, "unauthorized"),
      "/auth/refresh": () => Promise.reject(new TypeError("Failed to fetch")),
    });
    await expect(request("/api/stats")).rejects.toMatchObject({ code: "offline" });
    expect(session.get()).toMatchObject({ phase: "in", token: "token-1" });
  });

  it("is not even sent when its time is over", async () => {
    vi.useFakeTimers({ now: Date.now() + 901_000, toFake: ["Date"] });
    answer({ "/api/stats": onlyNew, "/auth/refresh": () => json(grant("token-2")) });
    expect(await request("/api/stats")).toEqual({ ok: true });
    expect(callsOf("/api/stats")).toHaveLength(1);
  });
});
