import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aSegment } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import { Component as EditSegmentPage } from "./edit-segment-page";
import { Component as NewSegmentPage } from "./new-segment-page";

const ASK = "POST /api/generate-rules";
const PREVIEW = "POST /api/segments/preview";
const VIP = { field: "tags", operator: "contains", value: "vip" };
const ANSWER = {
  rules: {
    combinator: "and",
    not: false,
    rules: [VIP, { field: "attributes.plan", operator: "=", value: "gold" }],
  },
  explanation: "Tagged vip and attribute plan is gold",
  unsupported: ["who love tea"],
  source: "offline",
  offlineReason: "unavailable",
};

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers, role: Role = "marketer") {
  signedIn(role);
  const calls = serve({
    "GET /api/segments": () => all(),
    [PREVIEW]: () => ({ count: 3, total: 9, sample: [], tookMs: 1 }),
    ...answers,
  });
  openPage(NewSegmentPage, "/segments/new", "/segments/new");
  return { calls, user: userEvent.setup() };
}

const box = () => screen.getByLabelText(/^Describe the people/);
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const spend = () => screen.queryByLabelText("Total spend: value") as HTMLInputElement | null;
const previewed = (calls: ReturnType<typeof serve>) =>
  calls(PREVIEW).map(({ body }) => JSON.parse(body).rules.rules.map(({ field }: { field: string }) => field));

describe("people in plain words", () => {
  it("become rules that are read first, used by hand, and can be taken back", async () => {
    const { calls, user } = open({ [ASK]: () => ANSWER });
    await user.clear(await screen.findByLabelText("Total spend: value"));
    await user.type(spend() as HTMLElement, "77");
    await user.type(box(), "vip customers on gold who love tea{Enter}");
    expect(await screen.findByText(ANSWER.explanation)).toBeTruthy();
    expect(JSON.parse(calls(ASK)[0]?.body ?? "")).toEqual({ prompt: "vip customers on gold who love tea" });
    expect(
      within(screen.getByRole("list", { name: "Not understood" })).getByText("who love tea"),
    ).toBeTruthy();
    expect(screen.getByText("Answered offline: the model does not answer at the moment.")).toBeTruthy();
    expect(spend()?.value, "nothing has changed yet").toBe("77");
    expect(await accessibilityFaults(screen.getByRole("region", { name: "In plain words" }))).toEqual([]);

    button("Use these rules").focus();
    await user.keyboard("{Enter}");
    expect(spend()).toBeNull();
    expect(document.activeElement?.textContent).toBe("Customers who match");
    expect(screen.getByText("These rules are in the builder.")).toBeTruthy();
    await waitFor(() => expect(previewed(calls).at(-1)).toEqual(["tags", "attributes.plan"]));

    await user.click(button("Take back the former rules"));
    expect(spend()?.value).toBe("77");
    expect(button("Use these rules")).toBeTruthy();
  });

  it("go over what was built, not over what was built on top of them", async () => {
    const { user } = open({ [ASK]: () => ANSWER });
    await user.type(box(), "vip{Enter}");
    await user.click(await screen.findByRole("button", { name: "Use these rules" }));
    await user.click(screen.getAllByTitle("Remove this condition")[1] as HTMLElement);
    expect(screen.queryByRole("button", { name: "Take back the former rules" })).toBeNull();
    expect(button("Use these rules")).toBeTruthy();
  });

  it("that are not understood are said to be so at the box, with some that are", async () => {
    const answers = [
      json(
        {
          type: "about:blank",
          status: 422,
          code: "not_understood",
          detail: "The prompt does not describe customers by what is known of them.",
          errors: [{ field: "prompt", reason: "not understood: a poem about rain" }],
        },
        { status: 422 },
      ),
      ANSWER,
    ];
    const { calls, user } = open({ [ASK]: () => answers.shift() });
    await user.type(box(), "a poem about rain{Enter}");
    expect(await screen.findByText("Not understood: “a poem about rain”.")).toBeTruthy();
    expect(box().getAttribute("aria-invalid")).toBe("true");
    expect((box() as HTMLTextAreaElement).value).toBe("a poem about rain");
    expect(await accessibilityFaults(screen.getByRole("region", { name: "In plain words" }))).toEqual([]);
    await user.click(button("people who have never ordered"));
    expect(await screen.findByText(ANSWER.explanation)).toBeTruthy();
    expect(JSON.parse(calls(ASK)[1]?.body ?? "")).toEqual({ prompt: "people who have never ordered" });
    expect(box().getAttribute("aria-invalid")).toBeNull();
  });

  it("wait for their turn where somebody sees it, until that is enough", async () => {
    const { user } = open({
      [ASK]: () => json({ id: "q1", status: "waiting" }, { status: 202, headers: { "retry-after": "60" } }),
    });
    await user.type(box(), "vip customers{Enter}");
    expect(await screen.findByText(/your question waits for its turn/)).toBeTruthy();
    expect((button("Find rules") as HTMLButtonElement).disabled).toBe(true);
    await user.click(button("Stop waiting"));
    expect(screen.queryByText(/waits for its turn/)).toBeNull();
    expect((box() as HTMLTextAreaElement).value).toBe("vip customers");
    expect((button("Find rules") as HTMLButtonElement).disabled).toBe(false);
  });

  it("are asked again when the server refused for the moment", async () => {
    const answers = [
      json({ status: 429, detail: "Too many questions" }, { status: 429, headers: { "retry-after": "30" } }),
      ANSWER,
    ];
    const { user } = open({ [ASK]: () => answers.shift() });
    await user.type(box(), "vip customers{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("Too many questions");
    await user.click(button("Try again"));
    expect(await screen.findByText(ANSWER.explanation)).toBeTruthy();
  });

  it("change the rules of a segment that there is, and are saved with it", async () => {
    signedIn();
    const calls = serve({
      "GET /api/segments": () => all(),
      "GET /api/segments/s1": () =>
        json(
          aSegment({
            rules: { combinator: "and", not: false, rules: [{ field: "visits", operator: ">", value: 3 }] },
          }),
          { headers: { etag: '"4"' } },
        ),
      "PATCH /api/segments/s1": () => aSegment({}),
      [PREVIEW]: () => ({ count: 3, total: 9, sample: [], tookMs: 1 }),
      [ASK]: () => ANSWER,
    });
    openPage(EditSegmentPage, "/segments/:id/edit", "/segments/s1/edit");
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText(/^Describe the people/), "vip on gold{Enter}");
    await user.click(await screen.findByRole("button", { name: "Use these rules" }));
    expect(calls("PATCH /api/segments/s1"), "nothing is saved by itself").toEqual([]);
    await user.click(button("Save changes"));
    await screen.findByText("Elsewhere");
    const [saved] = calls("PATCH /api/segments/s1");
    expect(JSON.parse(saved?.body ?? "").rules).toEqual(ANSWER.rules);
    expect(saved?.headers.get("if-match")).toBe('"4"');
  });

  it("may be tried by an analyst, who is offered nothing to save them by", async () => {
    const { user } = open({ [ASK]: () => ANSWER }, "analyst");
    expect(await screen.findByRole("heading", { name: "Try an audience" })).toBeTruthy();
    expect(screen.queryByLabelText("Name")).toBeNull();
    expect(screen.queryByRole("button", { name: /^Create/ })).toBeNull();
    expect(screen.getByText(/Your role is to read/)).toBeTruthy();
    await user.type(box(), "vip customers{Enter}");
    await user.click(await screen.findByRole("button", { name: "Use these rules" }));
    expect(spend()).toBeNull();
  });
});
