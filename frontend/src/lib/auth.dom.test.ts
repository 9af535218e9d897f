import { waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grant, json, noContent, OWNER, problem } from "@/testing/signed-in";

const fetched = vi.fn<typeof fetch>();
let stop: (() => void)[] = [];

beforeEach(() => vi.stubGlobal("fetch", fetched.mockReset()));
afterEach(() => {
  for (const one of stop) one();
  stop = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A tab of its own: modules of their own, the same server. */
async function tab() {
  vi.resetModules();
  const [auth, { session }, { keepSession }] = await Promise.all([
    import("./auth"),
    import("./session"),
    import("./keep-session"),
  ]);
  return { ...auth, session, open: () => stop.push(keepSession(), () => auth.tabs.close()) };
}

const refreshes = () => fetched.mock.calls.filter(([path]) => path === "/auth/refresh").length;

function show(visibility: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(visibility);
  document.dispatchEvent(new Event("visibilitychange"));
}

describe("opening the app", () => {
  it("asks once whether somebody is signed in", async () => {
    fetched.mockResolvedValue(json(grant("token-1")));
    const { session, open } = await tab();
    expect(session.get()).toEqual({ phase: "starting" });
    open();
    await waitFor(() => expect(session.get()).toMatchObject({ phase: "in", token: "token-1", user: OWNER }));
    expect(fetched.mock.calls.map(([path, init]) => [path, init?.method])).toEqual([
      ["/auth/refresh", "POST"],
    ]);
  });

  it.each([
    ["no session", noContent],
    ["an ended one", () => problem(401, "unauthorized")],
    ["somebody disabled", () => problem(403, "user_disabled")],
  ])("asks to sign in when the server answers with %s", async (_, answer) => {
    fetched.mockResolvedValue(answer());
    const { session, open } = await tab();
    open();
    await waitFor(() => expect(session.get()).toEqual({ phase: "out", left: false }));
  });

  it.each([
    ["no connection", () => Promise.reject(new TypeError("Failed to fetch")), 0],
    ["an outage", async () => problem(503, "unavailable"), 503],
    ["a page in place of an answer", async () => new Response("<html>"), 200],
  ])("does not take %s for nobody, and tries again by itself", async (_, failure, status) => {
    vi.useFakeTimers();
    fetched.mockImplementationOnce(failure);
    const { session, open } = await tab();
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.get()).toMatchObject({ phase: "unreachable", problem: { status } });

    fetched.mockResolvedValueOnce(json(grant("token-1")));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(session.get()).toMatchObject({ phase: "in" });
  });

  it("goes on trying by itself after somebody has tried in vain", async () => {
    vi.useFakeTimers();
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const { session, open, renew } = await tab();
    open();
    await vi.advanceTimersByTimeAsync(0);
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(renew()).rejects.toThrow();
    fetched.mockResolvedValueOnce(json(grant("token-1")));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(session.get()).toMatchObject({ phase: "in" });
  });

  it("tries again as soon as the connection is back", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const { session, open } = await tab();
    open();
    await waitFor(() => expect(session.get().phase).toBe("unreachable"));
    fetched.mockResolvedValueOnce(json(grant("token-1")));
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(session.get().phase).toBe("in"));
  });

  it("leaves no token where a later page could find it", async () => {
    fetched.mockResolvedValue(json(grant("secret-token")));
    const { session, open } = await tab();
    open();
    await waitFor(() => expect(session.get().phase).toBe("in"));
    expect(localStorage.length + sessionStorage.length).toBe(0);
    expect(document.cookie).toBe("");
  });
});

describe("renewal", () => {
  const MINUTE = 60_000;

  async function opened(response = json(grant("token-1"))) {
    vi.useFakeTimers();
    fetched.mockResolvedValueOnce(response);
    const opening = await tab();
    opening.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(opening.session.get()).toMatchObject({ phase: "in", token: "token-1" });
    fetched.mockImplementation(async () => json(grant("token-2")));
    return opening;
  }

  it("comes a minute before the token's end, not earlier", async () => {
    const { session } = await opened();
    await vi.advanceTimersByTimeAsync(14 * MINUTE - 1_000);
    expect(refreshes()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(refreshes()).toBe(2);
    expect(session.get()).toMatchObject({ phase: "in", token: "token-2" });
    await vi.advanceTimersByTimeAsync(14 * MINUTE);
    expect(refreshes()).toBe(3);
  });

  it("waits for a hidden tab to be seen again", async () => {
    const { session } = await opened();
    show("hidden");
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect(refreshes()).toBe(1);
    show("visible");
    await vi.advanceTimersByTimeAsync(0);
    expect(session.get()).toMatchObject({ phase: "in", token: "token-2" });
  });

  it("is tried again after an outage without ending the session", async () => {
    const { session } = await opened();
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await vi.advanceTimersByTimeAsync(14 * MINUTE + 1_000);
    expect(session.get()).toMatchObject({ phase: "in", token: "token-1" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(session.get()).toMatchObject({ phase: "in", token: "token-2" });
  });

  it("goes by the server's clock, so that a wrong one here does not renew all the time", async () => {
    const serverNow = Date.now() - 5 * 60 * MINUTE;
    const expiresAt = new Date(serverNow + 15 * MINUTE).toISOString();
    const headers = { date: new Date(serverNow).toUTCString() };
    await opened(json({ ...grant("token-1"), expiresAt }, { headers }));
    await vi.advanceTimersByTimeAsync(13 * MINUTE);
    expect(refreshes()).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(refreshes()).toBe(2);
  });

  it("never comes in a loop, whatever end the server names", async () => {
    await opened(json({ ...grant("token-1"), expiresAt: "2001-01-01T00:00:00Z" }));
    fetched.mockImplementation(async () => json({ ...grant("token-2"), expiresAt: "2001-01-01T00:00:00Z" }));
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(refreshes()).toBeLessThanOrEqual(3);
  });

  it("ends the session when the server knows of none any more", async () => {
    const { session } = await opened();
    fetched.mockResolvedValueOnce(noContent());
    await vi.advanceTimersByTimeAsync(14 * MINUTE);
    expect(session.get()).toEqual({ phase: "ended", user: OWNER });
  });
});

describe("signing out", () => {
  it("ends the session on the server, here and in the other tabs", async () => {
    fetched.mockImplementation(async (path) =>
      path === "/auth/logout" ? noContent() : json(grant("token-1")),
    );
    const [here, there] = [await tab(), await tab()];
    for (const one of [here, there]) one.open();
    await waitFor(() => expect([here, there].map((one) => one.session.get().phase)).toEqual(["in", "in"]));

    await here.signOut();
    expect(fetched.mock.calls.at(-1)).toMatchObject(["/auth/logout", { method: "POST" }]);
    expect(here.session.get()).toEqual({ phase: "out", left: true });
    await waitFor(() => expect(there.session.get()).toEqual({ phase: "out", left: true }));
  });

  it("does not claim to have ended a session that the server was not told about", async () => {
    const { session, signOut } = await tab();
    session.start(grant("token-1"));
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await expect(signOut()).rejects.toMatchObject({ code: "offline" });
    expect(session.get().phase).toBe("in");
  });

  it("has the last word over a renewal that was under way", async () => {
    const { session, renew } = await tab();
    session.start(grant("token-1"));
    let release: (response: Response) => void = () => undefined;
    fetched.mockReturnValueOnce(new Promise((resolve) => (release = resolve)));
    const renewal = renew();
    session.end();
    release(json(grant("token-2")));
    await renewal;
    expect(session.get()).toEqual({ phase: "out", left: true });
  });
});

it("lets a tab that waits at the sign-in page in when somebody signs in beside it", async () => {
  fetched.mockImplementation(async () => noContent());
  const [here, there] = [await tab(), await tab()];
  for (const one of [here, there]) one.open();
  await waitFor(() => expect([here, there].map((one) => one.session.get().phase)).toEqual(["out", "out"]));

  fetched.mockImplementation(async () => json(grant("token-1")));
  await here.signIn("id-token");
  expect(fetched.mock.calls.find(([path]) => path === "/auth/google-jwt")?.[1]).toMatchObject({
    method: "POST",
    body: '{"credential":"id-token"}',
  });
  await waitFor(() => expect(there.session.get()).toMatchObject({ phase: "in", user: OWNER }));
});
