import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { request, requestTagged } from "./api";
import { Problem } from "./problem";
import { session } from "./session";

const USER = { id: "u1", email: "owner@example.com", role: "owner" };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched.mockReset());
  session.start("token-1", USER);
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

const json = (body: unknown, init?: ResponseInit) => new Response(JSON.stringify(body), init);

describe("request", () => {
  it("sends token, query and body, and leaves empty parameters out", async () => {
    fetched.mockImplementation(async () => json({ items: [] }));
    await request("/api/customers", { query: { search: "a b&c", cursor: undefined, limit: 50, city: "" } });
    await request("/api/segments/preview", { method: "POST", body: { rules: {} } });

    const [listUrl, listInit] = fetched.mock.calls[0] ?? [];
    expect(listUrl).toBe("/api/customers?search=a+b%26c&limit=50");
    expect(new Headers(listInit?.headers).get("authorization")).toBe("Bearer token-1");
    expect(new Headers(listInit?.headers).has("content-type")).toBe(false);
    const [, postInit] = fetched.mock.calls[1] ?? [];
    expect(postInit).toMatchObject({ method: "POST", body: '{"rules":{}}' });
  });

  it("hands on the entity tag and names it when asked to", async () => {
    fetched.mockResolvedValueOnce(json({ id: "s1" }, { headers: { etag: '"3"' } }));
    expect(await requestTagged("/api/segments/s1")).toEqual({ data: { id: "s1" }, etag: '"3"' });
    fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
    expect(await request("/api/segments/s1", { method: "DELETE", ifMatch: '"3"' })).toBeUndefined();
    expect(new Headers(fetched.mock.calls[1]?.[1]?.headers).get("if-match")).toBe('"3"');
  });

  it("ends the session on 401 and keeps who it was", async () => {
    fetched.mockResolvedValue(json({ code: "unauthorized" }, { status: 401 }));
    await expect(request("/api/stats")).rejects.toMatchObject({ status: 401, code: "unauthorized" });
    expect(session.get()).toEqual({ token: null, user: USER, expired: true });
  });

  it("does not end a newer session on a late 401 of an older token", async () => {
    fetched.mockImplementation(async () => {
      session.start("token-2", USER);
      return json({}, { status: 401 });
    });
    await expect(request("/api/stats")).rejects.toBeInstanceOf(Problem);
    expect(session.get()).toMatchObject({ token: "token-2", expired: false });
  });

  it("does not end the session when a token that is only being tried is refused", async () => {
    fetched.mockResolvedValue(json({}, { status: 401 }));
    await expect(request("/auth/user-jwt", { token: "mistyped" })).rejects.toMatchObject({ status: 401 });
    expect(session.get().token).toBe("token-1");
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
});

describe("session", () => {
  const afterReload = async () => {
    vi.resetModules();
    return (await import("./session")).session.get();
  };

  it("survives a reload of the tab until it is ended", async () => {
    expect(await afterReload()).toEqual({ token: "token-1", user: USER, expired: false });
    session.end();
    expect(await afterReload()).toEqual({ token: null, user: null, expired: false });
  });

  it("takes damaged storage for none", async () => {
    sessionStorage.setItem("mini-crm-session", "{");
    expect((await afterReload()).token).toBeNull();
  });
});
