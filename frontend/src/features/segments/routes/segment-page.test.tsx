import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import type { Role, Segment } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aSegment } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import "@/testing/sizes";
import { Component as SegmentPage } from "./segment-page";

const RULES = aSegment({
  id: "s1",
  name: "Big spenders",
  kind: "rules",
  rules: { combinator: "and", rules: [{ field: "totalSpend", operator: ">=", value: 5000 }] },
  count: 40,
  state: "live",
});
const LIST = aSegment({ id: "s1", name: "Guests", kind: "list", count: 1, state: "live" });
const VIP = aSegment({ id: "s2", name: "VIP", kind: "list", count: 25, state: "live" });
const ASHA = { id: "c1", email: "asha@example.com", name: "Asha", orderCount: 2, totalSpend: 900 };

beforeEach(() => signedIn());
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(segment: Segment, answers: Answers = {}, role: Role = "owner") {
  signedIn(role);
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR" }),
    "GET /api/segments": () => all(segment, VIP),
    "GET /api/segments/s1": () => json(segment, { headers: { etag: '"1"' } }),
    "GET /api/segments/s1/members": () => all(ASHA),
    "GET /api/segments/s1/sizes": () => ({ days: [] }),
    ...answers,
  });
  openPage(SegmentPage, "/segments/:id", "/segments/s1");
  return calls;
}

const refused = (status: number, body: object, headers?: Record<string, string>) =>
  json({ type: "about:blank", title: "x", status, ...body }, { status, ...(headers && { headers }) });

describe("state and count", () => {
  it("shows the kept count while new rules are built, then asks for the new members", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let now: Segment = { ...RULES, state: "building", progress: 0.5 };
    const calls = open(RULES, { "GET /api/segments/s1": () => now });
    expect(await screen.findByText("building 50%")).toBeTruthy();
    expect(screen.getByText("40")).toBeTruthy();
    expect(screen.getByText(/still those of the former rules/)).toBeTruthy();
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
    await screen.findByText("Asha");
    const before = calls("GET /api/segments/s1/members").length;

    now = { ...RULES, count: 41 };
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await screen.findByText("41")).toBeTruthy();
    expect(screen.queryByText(/building/)).toBeNull();
    await waitFor(() => expect(calls("GET /api/segments/s1/members").length).toBe(before + 1));
  });

  it("says that the first members are still being found", async () => {
    const { count: _, ...fresh } = RULES;
    open({ ...fresh, state: "building", progress: 0 }, { "GET /api/segments/s1/members": () => all() });
    expect(await screen.findByText(/found for the first time/)).toBeTruthy();
    expect(await screen.findByText("Nobody has been found yet")).toBeTruthy();
  });
});

describe("the people of a list", () => {
  const box = () => screen.getByLabelText("E-mail addresses or customer ids") as HTMLTextAreaElement;
  const add = () => userEvent.click(screen.getByRole("button", { name: "Add to the list" }));

  it("adds those who are typed in, and keeps the refused ones with their reasons", async () => {
    const calls = open(LIST, {
      "POST /api/segments/s1/members": () =>
        json(
          { queued: 2, rejected: [{ field: "add[1]", reason: "must be an e-mail address" }] },
          { status: 202 },
        ),
    });
    await screen.findByText("Who is on the list");
    await userEvent.type(box(), "asha@example.com, nonsense{Enter}bina@example.com");
    await add();
    expect(await screen.findByText("2 people will be on the list in a moment.")).toBeTruthy();
    const [call] = calls("POST /api/segments/s1/members");
    expect(JSON.parse(call?.body ?? "")).toEqual({
      add: ["asha@example.com", "nonsense", "bina@example.com"],
    });
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    const list = screen.getByRole("list", { name: "Not accepted" });
    expect(list.textContent).toBe("nonsense: must be an e-mail address");
    expect(box().value).toBe("nonsense");
    expect(await accessibilityFaults(screen.getByRole("alert").closest("form") as Element)).toEqual([]);
  });

  it("keeps what was typed over a reload, until it was sent", async () => {
    const answers: Answers = {
      "POST /api/segments/s1/members": () => json({ queued: 1, rejected: [] }, { status: 202 }),
    };
    open(LIST, answers);
    await screen.findByText("Who is on the list");
    await userEvent.click(screen.getByLabelText("Remove"));
    await userEvent.type(box(), "asha@example.com");
    cleanup();
    open(LIST, answers);
    await screen.findByText("Who is on the list");
    expect(box().value).toBe("asha@example.com");
    await userEvent.click(screen.getByRole("button", { name: "Remove from the list" }));
    await screen.findByText("1 person will be off the list in a moment.");
    cleanup();
    open(LIST, answers);
    await screen.findByText("Who is on the list");
    expect(box().value).toBe("");
  });

  it("loses nothing that was typed when nobody is accepted, or the request fails", async () => {
    let answer = () => refused(422, { errors: [{ field: "remove[0]", reason: "names no customer" }] });
    const calls = open(LIST, { "POST /api/segments/s1/members": () => answer() });
    await screen.findByText("Who is on the list");
    await userEvent.click(screen.getByLabelText("Remove"));
    await userEvent.type(box(), "b7");
    const remove = screen.getByRole("button", { name: "Remove from the list" });
    await userEvent.click(remove);
    expect((await screen.findByRole("alert")).textContent).toContain("b7: names no customer");
    expect(box().value).toBe("b7");
    expect(JSON.parse(calls("POST /api/segments/s1/members")[0]?.body ?? "")).toEqual({ remove: ["b7"] });

    answer = () => problem(409, "not_a_list");
    await userEvent.click(remove);
    expect(await screen.findByText("Refused: not_a_list")).toBeTruthy();
    expect(box().value).toBe("b7");
  });

  it("sends a file as it is, and names the places that were refused", async () => {
    const calls = open(LIST, {
      "POST /api/segments/s1/members/file": () =>
        json(
          { queued: 1, rejected: [{ field: "people[1]", reason: "must be an e-mail address" }] },
          { status: 202 },
        ),
    });
    await screen.findByText("Who is on the list");
    await userEvent.click(screen.getByLabelText("From a file"));
    await add();
    expect(screen.getByText("Choose a file first.")).toBeTruthy();
    const csv = "email\nasha@example.com\nx\n";
    await userEvent.upload(screen.getByLabelText("CSV file"), new File([csv], "g.csv", { type: "text/csv" }));
    await add();
    expect(await screen.findByText("1 person will be on the list in a moment.")).toBeTruthy();
    const [call] = calls("POST /api/segments/s1/members/file");
    expect(call?.query.get("action")).toBe("add");
    expect(call?.headers.get("content-type")).toBe("text/csv");
    expect(call?.body).toBe(csv);
    expect(screen.getByRole("list", { name: "Not accepted" }).textContent).toContain("Person 2 in the file");
  });

  it("takes one member off by a button in their row", async () => {
    const calls = open(LIST, {
      "POST /api/segments/s1/members": () => json({ queued: 1, rejected: [] }, { status: 202 }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Remove Asha" }));
    await waitFor(() => expect(calls("POST /api/segments/s1/members")).toHaveLength(1));
    expect(calls("POST /api/segments/s1/members")[0]?.body).toBe('{"remove":["c1"]}');
  });

  it("says of whom it could not be taken off, also when another was removed meanwhile", async () => {
    const first = Promise.withResolvers<Response>();
    render(<Toasts />);
    open(LIST, {
      "GET /api/segments/s1/members": () =>
        all({ ...ASHA, name: "Devi" }, { ...ASHA, id: "c2", name: "Esha" }),
      "POST /api/segments/s1/members": ({ body }) =>
        body.includes("c1") ? first.promise : json({ queued: 1, rejected: [] }, { status: 202 }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Remove Devi" }));
    await userEvent.click(screen.getByRole("button", { name: "Remove Esha" }));
    expect(await screen.findByText("Esha will be off the list in a moment")).toBeTruthy();
    first.resolve(problem(409, "not_a_list"));
    expect(await screen.findByText("Devi could not be taken off: Refused: not_a_list")).toBeTruthy();
  });

  it("puts back whom it took off, and keeps the focus in the list", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    let members = [ASHA, { ...ASHA, id: "c2", name: "Bina" }, { ...ASHA, id: "c3", name: "Chad" }];
    const answers = [{ queued: 1, rejected: [] }, undefined, { queued: 1, rejected: [] }];
    render(<Toasts />);
    const calls = open(LIST, {
      "GET /api/segments/s1/members": () => all(...members),
      "POST /api/segments/s1/members": () => {
        const answer = answers.shift();
        return answer ? json(answer, { status: 202 }) : problem(409, "not_a_list");
      },
    });
    // Of the newest toast: those of former tests may still be there.
    const undo = () => user.click(screen.getAllByRole("button", { name: "Undo" }).at(-1) as HTMLElement);
    await user.click(await screen.findByRole("button", { name: "Remove Bina" }));
    expect(await screen.findByText("Bina will be off the list in a moment")).toBeTruthy();
    members = members.filter(({ name }) => name !== "Bina");
    await vi.advanceTimersByTimeAsync(600);
    await waitFor(() => expect(screen.queryByText("Bina")).toBeNull());
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Remove Chad" }));

    await undo();
    expect(await screen.findByText("Bina could not be put back: Refused: not_a_list")).toBeTruthy();
    await undo();
    expect(await screen.findByText("Bina will be on the list again in a moment")).toBeTruthy();
    expect(calls("POST /api/segments/s1/members").map(({ body }) => JSON.parse(body))).toEqual([
      { remove: ["c2"] },
      { add: ["c2"] },
      { add: ["c2"] },
    ]);
  });

  it("is not changed by an analyst, nor are segments with rules by anybody", async () => {
    open(LIST, {}, "analyst");
    expect(await screen.findByText("Asha")).toBeTruthy();
    expect(screen.queryByText("Who is on the list")).toBeNull();
    expect(screen.queryByRole("button", { name: "Remove Asha" })).toBeNull();
  });

  it("belongs to lists only", async () => {
    open(RULES);
    expect(await screen.findByText("Asha")).toBeTruthy();
    expect(screen.queryByText("Who is on the list")).toBeNull();
    expect(screen.queryByRole("button", { name: "Remove Asha" })).toBeNull();
  });
});

describe("the overlap with another segment", () => {
  const choose = async () => {
    await screen.findByRole("option", { name: "VIP" });
    await userEvent.selectOptions(screen.getByLabelText("Compare with"), "VIP");
  };

  it("is told in a sentence and in figures", async () => {
    const calls = open(RULES, {
      "GET /api/segments/s1/overlap": () => ({ count: 40, other: 25, both: 10 }),
    });
    await choose();
    expect(
      await screen.findByText(
        "10 of the 40 members of Big spenders (25%) are also in VIP, which has 25 members.",
      ),
    ).toBeTruthy();
    expect(calls("GET /api/segments/s1/overlap")[0]?.query.get("with")).toBe("s2");
    const figure = (label: string) => screen.getByText(label).closest("div")?.textContent;
    expect(figure("Only in Big spenders")).toBe("Only in Big spenders30");
    expect(figure("In both")).toBe("In both10");
    expect(figure("Only in VIP")).toBe("Only in VIP15");
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
  });

  it("waits calmly for a segment that is being built", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let built = false;
    open(RULES, {
      "GET /api/segments/s1/overlap": () =>
        built ? { count: 40, other: 25, both: 1 } : problem(409, "segment_building", { "retry-after": "1" }),
    });
    await screen.findByRole("option", { name: "VIP" });
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    await user.selectOptions(screen.getByLabelText("Compare with"), "VIP");
    expect(await screen.findByText(/The answer appears by itself/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    built = true;
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await screen.findByText(/1 of the 40 members/)).toBeTruthy();
  });
});

describe("why somebody belongs", () => {
  const ask = async (email: string) => {
    await userEvent.type(await screen.findByLabelText("E-mail address of a customer"), email);
    await userEvent.click(screen.getByRole("button", { name: "Explain" }));
  };

  it("is told by condition, under the names of segments, with the day on which it changes", async () => {
    const condition = { field: "totalSpend", operator: ">=", value: 5000, holds: false, seen: 900 };
    const recent = {
      field: "lastOrderAt",
      operator: "within",
      value: "P3D",
      holds: true,
      seen: "2026-11-20T00:00:00Z",
      flipsAt: "2026-11-23T12:00:00Z",
    };
    const named = { combinator: "and", not: false, segment: "s2", holds: true, rules: [recent] };
    const calls = open(RULES, {
      "GET /api/segments/s1/explain": () => ({
        combinator: "and",
        not: false,
        holds: false,
        rules: [condition, { combinator: "or", not: false, holds: true, rules: [named] }],
      }),
    });
    await ask("asha@example.com");
    expect((await screen.findByText(/does not belong/)).textContent).toBe(
      "asha@example.com does not belong.",
    );
    expect(calls("GET /api/segments/s1/explain")[0]?.query.get("email")).toBe("asha@example.com");

    const vip = (await screen.findByRole("link", { name: "VIP" })).closest("li") as HTMLElement;
    expect(vip.textContent).toContain("True:In segment VIP: all of these");
    expect(within(vip).getByText("Last order is within the last 3 days")).toBeTruthy();
    expect(within(vip).getByText(/^Changes on 23 Nov 2026/)).toBeTruthy();
    expect(screen.getByText(/^Now: ₹900/)).toBeTruthy();
    expect(await accessibilityFaults(vip.closest("section") as Element)).toEqual([]);
  });

  it("asks for an address, and says when nobody has it", async () => {
    open(RULES);
    await userEvent.click(await screen.findByRole("button", { name: "Explain" }));
    expect(screen.getByText("Write an address first.")).toBeTruthy();
    await ask("who@example.com");
    expect(await screen.findByText("No customer has the address who@example.com.")).toBeTruthy();
  });
});

describe("deleting", () => {
  it("loads the newest tag where the segment has changed meanwhile, and forgets the fault when it is closed", async () => {
    let tag = '"1"';
    const calls = open(RULES, {
      "GET /api/segments/s1": () => json(RULES, { headers: { etag: tag } }),
      "DELETE /api/segments/s1": ({ headers }) =>
        headers.get("if-match") === '"2"' ? noContent() : problem(412, "precondition_failed"),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    expect(screen.getByRole("dialog", { name: "Delete “Big spenders”?" })).toBeTruthy();
    tag = '"2"';
    const confirm = () => userEvent.click(screen.getByRole("button", { name: "Delete segment" }));
    await confirm();
    expect(await screen.findByText("This segment has changed meanwhile")).toBeTruthy();
    await waitFor(() => expect(calls("GET /api/segments/s1").length).toBeGreaterThan(1));
    await userEvent.click(screen.getByRole("button", { name: "Keep it" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(screen.queryByText("This segment has changed meanwhile")).toBeNull();
    await confirm();
    await screen.findByText("Elsewhere");
    expect(calls("DELETE /api/segments/s1")).toHaveLength(2);
  });

  it("says which segments name this one", async () => {
    open(RULES, {
      "DELETE /api/segments/s1": () =>
        refused(409, { code: "segment_in_use", detail: "The segment is named by others: Lapsed VIP." }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete segment" }));
    expect(await screen.findByText("The segment is named by others: Lapsed VIP.")).toBeTruthy();
  });
});

describe("sizes over time", () => {
  const day = (day: string, size: number, more: object = {}) => ({
    ...{ day, size, entered: 0, left: 0, rebuilt: 0, rulesChanged: false },
    ...more,
  });
  const DAYS = [
    day("2026-11-23", 30, { rebuilt: 30 }),
    day("2026-11-24", 38, { entered: 9, left: 1 }),
    day("2026-11-25", 40, { rebuilt: 2, rulesChanged: true }),
  ];

  it("are said in a sentence, drawn, and readable as a table with who came and went", async () => {
    const user = userEvent.setup();
    const calls = open(RULES, { "GET /api/segments/s1/sizes": () => ({ days: DAYS }) });
    expect(await screen.findByText("40 today, 30 on 23 Nov 2026")).toBeTruthy();
    expect(screen.getByText(/Other rules count since 25 Nov 2026/)).toBeTruthy();
    const from = calls("GET /api/segments/s1/sizes")[0]?.query.get("from") ?? "";
    // A day may end in between.
    expect((Date.now() - Date.parse(from)) / 86_400_000).toBeLessThan(30.01);
    expect((Date.now() - Date.parse(from)) / 86_400_000).toBeGreaterThanOrEqual(29);
    await user.click(screen.getByLabelText("Table"));
    const rows = within(screen.getByRole("region", { name: "Figures" })).getAllByRole("row");
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
      ["day", "Members", "Came", "Went", "By rules"],
      ["25 Nov 2026, other rules", "40", "0", "0", "+2"],
      ["24 Nov 2026", "38", "9", "1", "0"],
      ["23 Nov 2026", "30", "0", "0", "+30"],
    ]);
    expect(await accessibilityFaults(screen.getByRole("region", { name: "Figures" }))).toEqual([]);
  });

  it("say when there are none yet, and when they could not be had", async () => {
    const user = userEvent.setup();
    const answers = [problem(500, "internal"), { days: [] }];
    open(RULES, { "GET /api/segments/s1/sizes": () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Nothing yet")).toBeTruthy();
  });
});

describe("the question before a segment is deleted", () => {
  it("names the segments that stand in the way, and what goes for good", async () => {
    const user = userEvent.setup();
    const uses = aSegment({
      id: "s3",
      name: "Not spenders",
      rules: { combinator: "and", rules: [{ field: "segment", operator: "notIn", value: ["s1"] }] },
    });
    open(RULES, { "GET /api/segments": () => all(RULES, uses) });
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    expect(await screen.findByText(/name it in their rules: Not spenders/)).toBeTruthy();
    expect((screen.getByRole("button", { name: "Delete segment" }) as HTMLButtonElement).disabled).toBe(true);
  });

  it("says that there is no way back", async () => {
    const user = userEvent.setup();
    open(RULES);
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    expect(await screen.findByText(/cannot be undone/)).toBeTruthy();
    expect((screen.getByRole("button", { name: "Delete segment" }) as HTMLButtonElement).disabled).toBe(
      false,
    );
  });
});
