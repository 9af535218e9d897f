import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { call, callTagged } from "./call";
import type { useCursorList } from "./cursor-list";
import { session } from "./session";

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

describe("a call", () => {
  it("fills in the path, each name as one segment of it, and sends the rest along", async () => {
    const seen: string[] = [];
    vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
      seen.push(`${init.method} ${address}`);
      return json({ count: 3, other: 2, both: 1 });
    });
    const shared = await call("GET /api/segments/{id}/overlap", {
      path: { id: "a/b" },
      query: { with: "c d" },
    });
    expect(shared.both).toBe(1);
    expect(seen).toEqual(["GET /api/segments/a%2Fb/overlap?with=c+d"]);
  });

  it("sends JSON with its key and the tag that it is based on, and tells the tag of the answer", async () => {
    const calls = serve({
      "POST /api/campaigns/k1/launch": () =>
        json({ id: "k1", status: "sending" }, { status: 202, headers: { etag: '"2"' } }),
    });
    const launched = await callTagged("POST /api/campaigns/{id}/launch", {
      path: { id: "k1" },
      ifMatch: '"1"',
      idempotencyKey: "key-1",
    });
    expect(launched).toEqual({ data: { id: "k1", status: "sending" }, etag: '"2"' });
    const headers = calls("POST /api/campaigns/k1/launch")[0]?.headers;
    expect([headers?.get("if-match"), headers?.get("idempotency-key")]).toEqual(['"1"', "key-1"]);
  });

  it("sends a text as the text that it is", async () => {
    const calls = serve({ "POST /api/suppressions/file": () => ({ added: 1, rejected: [] }) });
    await call("POST /api/suppressions/file", {
      query: { channel: "sms" },
      body: "phone\n+4912345",
      contentType: "text/csv",
      idempotencyKey: "key-1",
    });
    const [sent] = calls("POST /api/suppressions/file");
    expect([sent?.body, sent?.headers.get("content-type")]).toEqual(["phone\n+4912345", "text/csv"]);
  });

  it("fails with the problem that the server names", async () => {
    serve({ "GET /api/stats": () => problem(503, "unavailable") });
    await expect(call("GET /api/stats")).rejects.toMatchObject({ status: 503, code: "unavailable" });
  });

  it("does not compile when the API has no such route, parameter, body or answer", () => {
    // Never run: the compiler complains also about a line that is not refused any more.
    function refused(list: typeof useCursorList) {
      const path = { id: "c1" };
      // @ts-expect-error There is no such route.
      call("GET /api/customer");
      // @ts-expect-error The path names an id.
      call("GET /api/customers/{id}");
      // @ts-expect-error By another name.
      call("GET /api/customers/{id}", { path: { customerId: "c1" } });
      // @ts-expect-error Not one of the channels.
      call("GET /api/suppressions", { query: { channel: "fax" } });
      // @ts-expect-error A status that no order has.
      call("PATCH /api/orders/{id}", { path, body: { status: "lost" } });
      // @ts-expect-error What changes something on a POST needs a key, or says that it does not.
      call("POST /api/segments", { body: { name: "VIP" } });
      // @ts-expect-error A text says what it is.
      call("POST /api/suppressions/file", { body: "x", idempotencyKey: null });
      // @ts-expect-error Reading takes no tag.
      call("GET /api/segments/{id}", { path, ifMatch: '"1"' });
      // @ts-expect-error The answer has no such member.
      call("GET /api/stats").then((stats) => stats.turnover);
      // @ts-expect-error Nor can a test answer for a route that the API does not have.
      serve({ "GET /api/customer/c1": () => undefined });
      // @ts-expect-error No list.
      list([], "GET /api/stats");
      // @ts-expect-error A parameter that the list does not have.
      list([], "GET /api/customers", { query: { name: "Asha" } });
    }
    expect(refused).toBeTypeOf("function");
  });
});
