import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import { Component as NewSegmentPage } from "./new-segment-page";

const VIP = { id: "s2", name: "VIP", kind: "list", count: 3, state: "live" };
const LAPSED = { ...VIP, id: "s3", name: "Lapsed" };
const PREVIEW = { count: 3, total: 9, sample: [], tookMs: 1 };

beforeEach(() => signedIn());
afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

const PageWithToasts = () => (
  <>
    <NewSegmentPage />
    <Toasts />
  </>
);

function open(answers: Answers = {}) {
  const calls = serve({
    "GET /api/segments": () => all(VIP, LAPSED),
    "POST /api/segments": () => json({ ...VIP, id: "s9" }, { status: 201 }),
    "POST /api/segments/preview": () => PREVIEW,
    ...answers,
  });
  const router = openPage(PageWithToasts, "/segments/new", "/segments/new");
  return { calls, router };
}

const sent = (calls: ReturnType<typeof serve>) => JSON.parse(calls("POST /api/segments")[0]?.body ?? "null");

describe("a new segment", () => {
  it("is a list of a name only, and keeps what was written when the kind is changed back", async () => {
    const { calls, router } = open();
    await userEvent.type(await screen.findByLabelText("Name"), "Guests");
    await userEvent.clear(screen.getByLabelText("Total spend: value"));
    await userEvent.type(screen.getByLabelText("Total spend: value"), "77");
    await userEvent.click(screen.getByLabelText(/^List/));
    expect(screen.queryByText("Customers who match")).toBeNull();
    expect(screen.queryByText("Who this is")).toBeNull();

    await userEvent.click(screen.getByLabelText(/^Rules/));
    expect((screen.getByLabelText("Total spend: value") as HTMLInputElement).value).toBe("77");

    await userEvent.click(screen.getByLabelText(/^List/));
    await userEvent.click(screen.getByRole("button", { name: "Create list" }));
    await screen.findByText("Elsewhere");
    expect(router.state.location.pathname).toBe("/segments/s9");
    expect(sent(calls)).toEqual({ name: "Guests", kind: "list" });
  });

  it("names other segments in its rules, chosen and taken away by keyboard", async () => {
    const { calls } = open();
    await userEvent.type(await screen.findByLabelText("Name"), "Both");
    await userEvent.selectOptions(screen.getByTitle("Field"), "In segment");
    const more = () => screen.getByLabelText("In segment: add a segment");
    await screen.findByRole("option", { name: "VIP" });
    await userEvent.click(screen.getByRole("button", { name: "Create segment" }));
    const fault = screen.getByText("This condition needs a segment.");
    expect(document.activeElement).toBe(more());
    expect(more().getAttribute("aria-describedby")).toBe(fault.id);
    expect(screen.getByRole("alert").textContent).toBe("In segment needs a segment");

    await userEvent.selectOptions(more(), "VIP");
    await userEvent.selectOptions(more(), "Lapsed");
    expect(screen.getByRole("list", { name: "In segment: chosen" }).textContent).toBe("VIPLapsed");
    expect(await accessibilityFaults(screen.getByRole("list", { name: "In segment: chosen" }))).toEqual([]);
    screen.getByRole("button", { name: "Take away VIP" }).focus();
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement).toBe(more());
    const chosen = () => screen.getByRole("list", { name: "In segment: chosen" }).textContent;
    expect(chosen()).toBe("Lapsed");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(chosen()).toBe("VIPLapsed");
    await userEvent.click(screen.getByRole("button", { name: "Take away VIP" }));

    await userEvent.click(screen.getByRole("button", { name: "Create segment" }));
    await screen.findByText("Elsewhere");
    expect(calls("POST /api/segments")).toHaveLength(1);
    expect(sent(calls)).toEqual({
      name: "Both",
      rules: { combinator: "and", not: false, rules: [{ field: "segment", operator: "in", value: ["s3"] }] },
    });
  });

  it("takes one to what is missing, each time: the name, then the part of the condition that is wrong", async () => {
    open();
    const create = async () => userEvent.click(await screen.findByRole("button", { name: "Create segment" }));
    await userEvent.selectOptions(await screen.findByLabelText("Orders looked at"), "within");
    await userEvent.clear(screen.getByLabelText("Orders in: length"));
    await create();
    expect(document.activeElement).toBe(screen.getByLabelText("Name"));
    await userEvent.keyboard("Big");
    await create();
    const length = screen.getByLabelText("Orders in: length");
    expect(document.activeElement).toBe(length);
    expect(screen.getByLabelText("Total spend: value").getAttribute("aria-invalid")).toBeNull();
    screen.getByLabelText("Name").focus();
    await create();
    expect(document.activeElement).toBe(length);
  });

  it("shows a circle at the condition that closes it", async () => {
    open({
      "POST /api/segments": () =>
        json(
          {
            status: 422,
            code: "invalid",
            errors: [{ field: "rules.rules[0].value", reason: "names itself" }],
          },
          { status: 422 },
        ),
    });
    await userEvent.type(await screen.findByLabelText("Name"), "Loop");
    await userEvent.click(screen.getByRole("button", { name: "Create segment" }));
    expect(await screen.findByText("Condition 1: names itself")).toBeTruthy();
    expect((screen.getByLabelText("Name") as HTMLInputElement).value).toBe("Loop");
  });
});
