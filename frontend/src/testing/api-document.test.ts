import { describe, expect, it } from "vitest";
import { asAnswered, faultsOfRequest } from "./api-document";
import { json, noContent, problem } from "./signed-in";

const answer = async (method: string, path: string, given: Response) => {
  const { response, faults } = await asAnswered(method, path, given);
  return {
    body: JSON.parse((await response.text()) || "null"),
    type: response.headers.get("content-type"),
    faults,
  };
};
const ask = (method: string, address: string, body = "") =>
  faultsOfRequest(method, new URL(address, "http://localhost"), body);

describe("an answer of a test", () => {
  it("is completed by what every such answer has, and keeps what it says itself", async () => {
    const { body, type, faults } = await answer(
      "GET",
      "/api/stats",
      json({ revenue: 5, daily: [{ orders: 2 }] }),
    );
    expect(faults).toEqual([]);
    expect(body).toMatchObject({ revenue: 5, currency: "INR", customers: 0 });
    expect(body.daily).toEqual([{ date: "2026-01-05", orders: 2, revenue: 0, customers: 0 }]);
    expect(type).toBe("application/json");
  });

  it("is completed as the one of several kinds that it is", async () => {
    const list = json({ items: [{ kind: "segment", move: {} }], nextCursor: null });
    const { body, faults } = await answer("GET", "/api/customers/c1/timeline", list);
    expect(faults).toEqual([]);
    expect(body.items[0]).toMatchObject({ kind: "segment", at: "2026-01-05T00:00:00Z" });
  });

  it.each<[string, string, string, Response]>([
    ["a status that it never has", "GET", "/api/stats", json({}, { status: 201 })],
    ["a member that there is not", "GET", "/api/stats", json({ turnover: 1 })],
    ["a value of another kind", "GET", "/api/stats", json({ revenue: "5" })],
    ["a value that is none of those there are", "GET", "/api/orders/o1", json({ status: "lost" })],
    ["a refusal of another form", "GET", "/api/stats", json({ error: "x" }, { status: 503 })],
    ["no JSON", "GET", "/api/stats", new Response("<html>")],
    ["a body where there is none", "DELETE", "/api/customers/c1", new Response("x", { status: 200 })],
    ["a route that there is not", "GET", "/api/nothing", json({})],
  ])("is found out: %s", async (_, method, path, given) => {
    expect((await asAnswered(method, path, given)).faults).not.toEqual([]);
  });

  it("may be a refusal, nothing at all, or of something beside the API", async () => {
    expect((await asAnswered("GET", "/api/stats", problem(503, "unavailable"))).faults).toEqual([]);
    expect((await asAnswered("DELETE", "/api/customers/c1", noContent())).faults).toEqual([]);
    expect((await asAnswered("GET", "/config.json", new Response("<html>"))).faults).toEqual([]);
  });
});

describe("a request of the app", () => {
  it("is found out when the server would refuse it by its form", () => {
    expect(ask("GET", "/api/orders?limit=50&cursor=x")).toEqual([]);
    expect(ask("GET", "/api/orders?size=50")).toEqual(["GET /api/orders: takes no size"]);
    expect(ask("PATCH", "/api/orders/o1", '{"status":"refunded"}')).toEqual([]);
    expect(ask("PATCH", "/api/orders/o1", '{"status":"lost"}')).not.toEqual([]);
    expect(ask("PATCH", "/api/orders/o1", '{"status":"placed","note":"x"}')).not.toEqual([]);
    expect(ask("DELETE", "/api/customers/c1", "{}")).not.toEqual([]);
  });
});
