import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Campaign } from "@/lib/contract";
import { session } from "@/lib/session";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as EditCampaignPage } from "./edit-campaign-page";

const DRAFT: Partial<Campaign> = {
  id: "c1",
  name: "Diwali",
  segmentId: "s1",
  channel: "sms",
  status: "draft",
  variants: [{ body: "Hello" }],
  attributionDays: 7,
};
const GET = "GET /api/campaigns/c1";
const SAVE = "PATCH /api/campaigns/c1";
const LAUNCH = "POST /api/campaigns/c1/launch";
const PREVIEW = "POST /api/campaigns/preview";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

const tagged = (campaign: object, version: number) => json(campaign, { headers: { etag: `"${version}"` } });

function open(answers: Answers = {}, step = "audience") {
  signedIn();
  const calls = serve({
    [GET]: () => tagged(DRAFT, 1),
    "GET /api/segments": () => all({ id: "s1", name: "Big spenders", kind: "rules", state: "live" }),
    "GET /api/segments/s1/members": () => all(),
    [PREVIEW]: () => ({ steps: [], willSend: 5 }),
    [LAUNCH]: () => json({ id: "c1", status: "sending" }, { status: 202 }),
    ...answers,
  });
  const router = openPage(EditCampaignPage, "/campaigns/:id/edit", `/campaigns/c1/edit?step=${step}`);
  return { calls, router, user: userEvent.setup() };
}

type User = ReturnType<typeof userEvent.setup>;

const retype = async (user: User, text: string) => {
  const name = await screen.findByLabelText("Campaign name");
  await user.clear(name);
  await user.type(name, text);
};
const save = (user: User) => user.click(screen.getByRole("button", { name: "Save draft" }));
const launch = async (user: User) => {
  await user.click(await screen.findByRole("button", { name: "Launch to 5 people…" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
};

describe("a draft", () => {
  it("is saved as far as it has changed, under the version that it was opened in", async () => {
    const answers = [tagged({ ...DRAFT, name: "Holi" }, 2), tagged({ ...DRAFT, name: "Eid" }, 3)];
    const { calls, user } = open({ [SAVE]: () => answers.shift() });
    expect(await screen.findByText("All of it is saved as a draft.")).toBeTruthy();
    await retype(user, "Holi");
    expect(screen.getByText(/not saved yet/)).toBeTruthy();
    await save(user);
    expect(await screen.findByText("All of it is saved as a draft.")).toBeTruthy();
    await retype(user, "Eid");
    await save(user);
    await waitFor(() => expect(calls(SAVE).length).toBe(2));
    expect(calls(SAVE).map(({ body, headers }) => [JSON.parse(body), headers.get("if-match")])).toEqual([
      [{ name: "Holi" }, '"1"'],
      [{ name: "Eid" }, '"2"'],
    ]);
  });

  it("is launched as it is saved, and saved first where it is not", async () => {
    const { calls, router, user } = open({ [SAVE]: () => tagged({ ...DRAFT, name: "Holi" }, 2) });
    await retype(user, "Holi");
    await user.click(screen.getByRole("button", { name: /^Step 4/ }));
    await launch(user);
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1"));
    expect(calls(SAVE).length).toBe(1);
    expect(calls(LAUNCH).map(({ headers }) => headers.get("if-match"))).toEqual(['"2"']);
    expect(JSON.parse(calls(PREVIEW)[0]?.body ?? "{}")).toMatchObject({ draftId: "c1", name: "Holi" });
  });

  it("is not saved over somebody else's changes, but on top of them", async () => {
    const loads = [tagged(DRAFT, 1), tagged({ ...DRAFT, objective: "theirs" }, 2)];
    const saves = [problem(412, "precondition_failed"), tagged({ ...DRAFT, name: "Mine" }, 3)];
    const { calls, user } = open({ [GET]: () => loads.shift(), [SAVE]: () => saves.shift() });
    await retype(user, "Mine");
    await save(user);
    await user.click(await screen.findByRole("button", { name: "Reload and keep my changes" }));
    await waitFor(() =>
      expect((screen.getByLabelText(/^Objective/) as HTMLInputElement).value).toBe("theirs"),
    );
    expect((screen.getByLabelText("Campaign name") as HTMLInputElement).value).toBe("Mine");
    await save(user);
    await waitFor(() => expect(calls(SAVE).length).toBe(2));
    expect(JSON.parse(calls(SAVE)[1]?.body ?? "{}")).toEqual({ name: "Mine" });
    expect(calls(SAVE)[1]?.headers.get("if-match")).toBe('"2"');
  });

  it("shows why a launch was refused, with everything still there", async () => {
    const errors = [{ field: "scheduledAt", reason: "has passed" }];
    const { router, user } = open(
      {
        [GET]: () => tagged({ ...DRAFT, scheduledAt: "2126-11-01T09:00:00Z" }, 1),
        [LAUNCH]: () => json({ type: "about:blank", status: 422, code: "invalid", errors }, { status: 422 }),
      },
      "review",
    );
    await launch(user);
    expect(await screen.findByText("has passed")).toBeTruthy();
    expect(router.state.location.search).toBe("?step=schedule");
    expect(document.activeElement).toBe(screen.getByLabelText("Day and time"));
  });

  it("keeps what was typed and not saved over a reload, until it is discarded", async () => {
    const first = open();
    await retype(first.user, "Half a thought");
    document.body.replaceChildren();
    const again = open();
    expect(await screen.findByDisplayValue("Half a thought")).toBeTruthy();
    await again.user.click(screen.getByRole("button", { name: "Discard it" }));
    expect(screen.getByDisplayValue("Diwali")).toBeTruthy();
    expect(screen.getByText("All of it is saved as a draft.")).toBeTruthy();
  });

  it("that has been launched is shown instead", async () => {
    const { router } = open({ [GET]: () => tagged({ ...DRAFT, status: "sending" }, 2) });
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1"));
  });

  it("that cannot be loaded can be asked for again", async () => {
    const answers = [problem(503, "unavailable"), tagged(DRAFT, 1)];
    const { user } = open({ [GET]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByDisplayValue("Diwali")).toBeTruthy();
  });
});
