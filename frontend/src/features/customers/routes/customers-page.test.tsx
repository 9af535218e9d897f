import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import "@/testing/dialogs";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer, aSegment } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component } from "./customers-page";

const [ASHA, RAVI] = [
  aCustomer({ id: "a", name: "Asha", email: "asha@example.com", tags: ["vip"] }),
  aCustomer({ id: "r", name: "Ravi", email: "ravi@example.com" }),
];
const RULES = {
  combinator: "and",
  not: false,
  rules: [{ field: "city", operator: "=", value: "Pune" }],
};
const inAddress = (rules: unknown) => `/customers?rules=${encodeURIComponent(JSON.stringify(rules))}`;

beforeEach(() => {
  signedIn();
  vi.stubGlobal("scrollY", 0);
  // jsdom has no place to scroll to.
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
  session.end();
});

const Page = () => (
  <main>
    <Component />
    <Toasts />
  </main>
);

function open(address: string, answers: Answers = {}) {
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR", customers: 2 }),
    "GET /api/segments": () => all(aSegment({ id: "s1", name: "Big spenders" })),
    "GET /api/segments/s1": () => aSegment({ id: "s1", count: 2 }),
    "GET /api/customers": () => all(ASHA, RAVI),
    "POST /api/customers/search": () => all(ASHA),
    "POST /api/segments/preview": () => ({ count: 1, total: 2, sample: [], tookMs: 3 }),
    ...answers,
  });
  return { router: openPage(Page, "/customers", address), calls };
}

/** What goes through a queue. */
const accepted = (body: unknown) => json(body, { status: 202 });
const sent = (call: { body: string } | undefined) => JSON.parse(call?.body || "null");

describe("the customers page", () => {
  it("lists everybody, and follows pages by themselves, also one that is empty", async () => {
    const { calls } = open("/customers", {
      "GET /api/customers": ({ query }) => {
        if (query.get("cursor") === null) return { items: [ASHA], nextCursor: "1" };
        return query.get("cursor") === "1" ? { items: [], nextCursor: "2" } : all(RAVI);
      },
    });
    expect(await screen.findByText("2 customers, all shown")).toBeTruthy();
    expect(calls("GET /api/customers").map(({ query }) => query.get("cursor"))).toEqual([null, "1", "2"]);
    expect(await accessibilityFaults()).toEqual([]);
  });

  it("goes on with those whom one looks for, where a page of the others could not be loaded", async () => {
    open("/customers", {
      "GET /api/customers": ({ query }) => {
        if (!query.get("search")) {
          return query.get("cursor") ? problem(500, "internal") : { items: [ASHA], nextCursor: "1" };
        }
        return query.get("cursor") ? all(RAVI) : { items: [], nextCursor: "1" };
      },
    });
    expect(await screen.findByText("The next page could not be loaded.")).toBeTruthy();
    await userEvent.type(screen.getByRole("searchbox"), "ra");
    expect(await screen.findByText("Ravi")).toBeTruthy();
    expect(screen.queryByText("The next page could not be loaded.")).toBeNull();
  });

  it("shows a segment's members by their own list, and keeps the choice in the address", async () => {
    const { router } = open("/customers", { "GET /api/segments/s1/members": () => all(RAVI) });
    await screen.findByText("Asha");
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Segment" }), "Big spenders");
    await waitFor(() => expect(screen.queryByText("Asha")).toBeNull());
    expect(screen.getByText("Ravi")).toBeTruthy();
    expect(router.state.location.search).toBe("?segment=s1");
    await router.navigate(-1);
    expect(await screen.findByText("Asha")).toBeTruthy();
  });

  it("shows whom the rules of its address match, in words, and clears them", async () => {
    const { router, calls } = open(inAddress(RULES));
    expect(await screen.findByText("1 customer, all shown")).toBeTruthy();
    expect(screen.getByText("City is Pune")).toBeTruthy();
    expect(sent(calls("POST /api/customers/search")[0])).toEqual({ rules: RULES });
    await userEvent.click(screen.getByRole("button", { name: "Clear the rules" }));
    expect(await screen.findByText("Ravi")).toBeTruthy();
    expect(router.state.location.search).toBe("");
  });

  it("builds rules in a dialog", async () => {
    const { router } = open("/customers");
    await userEvent.click(await screen.findByRole("button", { name: "Filter by rules" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Filter by rules" }));
    await userEvent.click(dialog.getByRole("button", { name: "Condition" }));
    await userEvent.selectOptions(dialog.getByRole("combobox", { name: "Field" }), "City");
    await userEvent.click(dialog.getByRole("button", { name: "Apply the rules" }));
    expect((await dialog.findByRole("alert")).textContent).toBe("City needs a value");
    await userEvent.type(dialog.getByLabelText("City: value"), "Pune");
    await userEvent.click(dialog.getByRole("button", { name: "Apply the rules" }));
    await waitFor(() => expect(screen.queryByText("Ravi")).toBeNull());
    expect(JSON.parse(new URLSearchParams(router.state.location.search).get("rules") ?? "")).toEqual(RULES);
  });

  it("tags those who are selected, and undoes just what that has changed", async () => {
    const { calls } = open("/customers", {
      "POST /api/customers/tags": () =>
        accepted({
          queued: 2,
          changes: [{ ids: ["r"], tagsAdded: ["vip"], tagsRemoved: [] }],
          rejected: [],
        }),
    });
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select all shown" }));
    const selection = within(screen.getByRole("region", { name: "Selection" }));
    expect(selection.getByText("2 customers selected")).toBeTruthy();
    // There are no others.
    expect(selection.queryByRole("button", { name: /who match/ })).toBeNull();
    await userEvent.click(selection.getByRole("button", { name: "Change tags" }));
    const dialog = within(screen.getByRole("dialog", { name: "Tags of 2 customers" }));
    await userEvent.click(dialog.getByRole("button", { name: "Change tags" }));
    expect(dialog.getByRole("alert").textContent).toBe("Say first what is to change.");
    await userEvent.type(dialog.getByLabelText("Add tags"), "vip{Enter}");
    await userEvent.click(dialog.getByRole("button", { name: "Change tags" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByText("The tags will be as they were in a moment")).toBeTruthy();
    const [done, undone] = calls("POST /api/customers/tags");
    expect(sent(done)).toEqual({ ids: ["a", "r"], tagsAdded: ["vip"] });
    expect(sent(undone)).toEqual({ ids: ["r"], tagsRemoved: ["vip"] });
    expect(done?.headers.get("idempotency-key")).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Selection" })).toBeNull();
  });

  it("tags all who match without having loaded them", async () => {
    const { calls } = open(inAddress(RULES), {
      "POST /api/customers/search": ({ query }) =>
        query.get("cursor") ? new Promise(() => undefined) : { items: [ASHA], nextCursor: "1" },
      "POST /api/segments/preview": () => ({ count: 7, total: 9, sample: [], tookMs: 3 }),
      "POST /api/customers/edit": () => accepted({ id: "e", status: "queued" }),
    });
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select all shown" }));
    await userEvent.click(await screen.findByRole("button", { name: "Select all 7 who match" }));
    expect(screen.getByText("All 7 who match are selected")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Change tags" }));
    const dialog = within(screen.getByRole("dialog", { name: "Tags of 7 customers" }));
    await userEvent.type(dialog.getByLabelText("Take tags away"), "old{Enter}");
    await userEvent.click(dialog.getByRole("button", { name: "Change tags" }));
    expect(await screen.findByText("All who match will be changed in a moment")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    expect(sent(calls("POST /api/customers/edit")[0])).toEqual({ rules: RULES, tagsRemoved: ["old"] });
  });

  it("is of those who are shown, but for the one who was taken out, once somebody is taken out of all", async () => {
    const later = Promise.withResolvers<unknown>();
    const { calls } = open(inAddress(RULES), {
      "POST /api/customers/search": ({ query }) => {
        const cursor = query.get("cursor");
        if (cursor === "2") return new Promise(() => undefined);
        return cursor ? later.promise : { items: [ASHA], nextCursor: "1" };
      },
      "POST /api/segments/preview": () => ({ count: 7, total: 9, sample: [], tookMs: 3 }),
      "POST /api/customers/tags": () => accepted({ queued: 1, changes: [], rejected: [] }),
    });
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select all shown" }));
    await userEvent.click(await screen.findByRole("button", { name: "Select all 7 who match" }));
    later.resolve({ items: [RAVI], nextCursor: "2" });
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select Ravi" }));
    expect(screen.getByText("1 customer selected")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Change tags" }));
    await userEvent.type(screen.getByLabelText("Add tags"), "vip{Enter}");
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Change tags" }));
    await waitFor(() => expect(sent(calls("POST /api/customers/tags")[0])?.ids).toEqual(["a"]));
  });

  it("forgets that all are selected as soon as others are looked for, and goes on with single ones", async () => {
    open("/customers", {
      "GET /api/customers": ({ query }) => {
        if (query.get("search")) return all(RAVI);
        return query.get("cursor") ? new Promise(() => undefined) : { items: [ASHA], nextCursor: "1" };
      },
    });
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select all shown" }));
    await userEvent.click(await screen.findByRole("button", { name: "Select all 2 who match" }));
    await userEvent.type(screen.getByRole("searchbox"), "ra");
    expect(await screen.findByText("1 customer selected")).toBeTruthy();
    expect(await screen.findByRole<HTMLInputElement>("checkbox", { name: "Select Ravi" })).toMatchObject({
      checked: false,
    });
    await userEvent.clear(screen.getByRole("searchbox"));
    await screen.findByText("Asha");
    expect(screen.getByText("1 customer selected")).toBeTruthy();
  });

  it("exports what the filter matches, and nothing of a search", async () => {
    const { calls } = open(inAddress(RULES), {
      "POST /api/customers/exports": () => accepted({ id: "x1", status: "queued" }),
      "GET /api/exports/x1": () => ({
        id: "x1",
        status: "done",
        rows: 1,
        createdAt: "2026-11-25T10:00:00Z",
        url: "https://store.example/x1",
      }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Export CSV" }));
    expect(await screen.findByText(/^The file is ready: 1 customer/)).toBeTruthy();
    expect(sent(calls("POST /api/customers/exports")[0])).toEqual({ rules: RULES });
    await userEvent.click(screen.getByRole("button", { name: "Clear the rules" }));
    await userEvent.type(screen.getByRole("searchbox"), "as");
    await waitFor(() => expect(screen.queryByRole("button", { name: "Export CSV" })).toBeNull());
  });

  it("tells whom an export is of after the filter has changed, and repeats just that one", async () => {
    const job = { rows: 1, createdAt: "2026-11-25T10:00:00Z" };
    const ids = ["x2", "x1"];
    const { calls } = open(inAddress(RULES), {
      "POST /api/customers/exports": () => accepted({ id: ids.pop(), status: "queued" }),
      "GET /api/exports/x1": () => ({ ...job, id: "x1", status: "failed" }),
      "GET /api/exports/x2": () => ({ ...job, id: "x2", status: "running" }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Export CSV" }));
    expect(await screen.findByText("The export failed.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Clear the rules" }));
    await userEvent.type(screen.getByRole("searchbox"), "as");
    expect(screen.getByText("Who is in it: City is Pune")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Export again" }));
    await waitFor(() => expect(calls("POST /api/customers/exports")).toHaveLength(2));
    expect(sent(calls("POST /api/customers/exports")[1])).toEqual({ rules: RULES });
    const bar = await screen.findByRole("progressbar", { name: "Export" });
    expect(bar.getAttribute("aria-valuenow")).toBe("100");
  });

  it("sends what an export was asked for again, by its key, when the filter has changed meanwhile", async () => {
    const refusals = [problem(503, "unavailable")];
    const { calls } = open(inAddress(RULES), {
      "POST /api/customers/exports": () => refusals.pop() ?? accepted({ id: "x1", status: "queued" }),
      "GET /api/exports/x1": () => ({
        id: "x1",
        status: "running",
        rows: 0,
        createdAt: "2026-11-25T10:00:00Z",
      }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Export CSV" }));
    await userEvent.click(screen.getByRole("button", { name: "Clear the rules" }));
    await waitFor(() => expect(calls("POST /api/customers/exports")).toHaveLength(2), { timeout: 3_000 });
    expect(calls("POST /api/customers/exports").map(sent)).toEqual([{ rules: RULES }, { rules: RULES }]);
    expect(await screen.findByText("Who is in it: City is Pune")).toBeTruthy();
  });

  it("remembers the chosen columns in this browser", async () => {
    open("/customers");
    await userEvent.click(await screen.findByRole("button", { name: "Columns" }));
    const dialog = within(screen.getByRole("dialog", { name: "Columns" }));
    await userEvent.click(dialog.getByRole("checkbox", { name: "City" }));
    await userEvent.click(dialog.getByRole("checkbox", { name: "Visits" }));
    const headers = () => screen.getAllByRole("columnheader").map(({ textContent }) => textContent);
    expect(headers()).toContain("Visits");
    expect(headers()).not.toContain("City");
    expect(localStorage.getItem("mini-crm-customer-columns")).toContain("visits");
    await userEvent.click(dialog.getByRole("button", { name: "Usual columns" }));
    expect(headers()).toContain("City");
  });

  it("offers nothing to change to who only reads", async () => {
    signedIn("analyst");
    open("/customers");
    await screen.findByText("Asha");
    expect(screen.queryByRole("checkbox")).toBeNull();
    expect(screen.queryByRole("button", { name: "Export CSV" })).toBeNull();
    expect(screen.queryByRole("link", { name: "New customer" })).toBeNull();
  });
});
