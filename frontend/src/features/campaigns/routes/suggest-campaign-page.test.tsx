import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as NewCampaignPage } from "./new-campaign-page";
import { Component as SuggestPage } from "./suggest-campaign-page";

const ASK = "POST /api/campaigns/suggest";
const KEEP = "POST /api/segments";
const OBJECTIVE = "Invite Pune to our opening";
const SUGGESTION = {
  rules: { combinator: "and", not: false, rules: [{ field: "city", operator: "=", value: "Pune" }] },
  explanation: "City is Pune",
  unsupported: ["on Friday"],
  campaign: {
    name: "Opening in Pune",
    channel: "sms",
    objective: OBJECTIVE,
    localTime: "2026-12-01T09:00",
    variants: [{ body: "Come and see" }, { body: "We open" }],
  },
  why: ["They live there"],
  source: "gemini",
};

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answers: Answers, role: Role = "marketer") {
  signedIn(role);
  const calls = serve({
    "POST /api/segments/preview": () => ({ count: 42, total: 100, sample: [], tookMs: 1 }),
    "GET /api/segments": () => all({ id: "s9", name: "Pune", kind: "rules", state: "building" }),
    "GET /api/segments/s9/members": () => all(),
    ...answers,
  });
  const router = openPage(SuggestPage, "/campaigns/suggest", "/campaigns/suggest");
  return { calls, router, user: userEvent.setup() };
}

const suggest = (user: ReturnType<typeof userEvent.setup>) =>
  user.type(screen.getByLabelText("Objective"), `${OBJECTIVE}{Enter}`);

it("shows whom, how, when, what and why, and keeps nothing by itself", async () => {
  const { calls, user } = open({ [ASK]: () => SUGGESTION });
  await suggest(user);
  expect(await screen.findByText("City is Pune")).toBeTruthy();
  expect(await screen.findByText("42 of 100 (42%)")).toBeTruthy();
  expect(screen.getByText("SMS")).toBeTruthy();
  expect(screen.getByText(/1 Dec 2026.*by each recipient’s clock/)).toBeTruthy();
  expect(screen.getByText("They live there")).toBeTruthy();
  expect(screen.getByText("on Friday")).toBeTruthy();
  expect(screen.getByText("We open")).toBeTruthy();
  expect(screen.getByText("Answered by Gemini.")).toBeTruthy();
  expect(JSON.parse(calls(ASK)[0]?.body ?? "")).toEqual({ objective: OBJECTIVE });
  expect(calls(KEEP)).toEqual([]);
  expect(await accessibilityFaults(document.querySelector("header")?.parentElement as Element)).toEqual([]);
});

it("becomes a segment of a name that can be changed, and the form of a new campaign", async () => {
  const answers = [
    json({ status: 422, code: "invalid", errors: [{ field: "name", reason: "is taken" }] }, { status: 422 }),
    json({ id: "s9", name: "Pune" }, { status: 201 }),
  ];
  const { calls, router, user } = open({ [ASK]: () => SUGGESTION, [KEEP]: () => answers.shift() });
  await suggest(user);
  const name = await screen.findByLabelText("Name of the segment");
  await user.clear(name);
  await user.click(screen.getByRole("button", { name: "Use it" }));
  expect(screen.getByText("Give the segment a name.")).toBeTruthy();
  await user.type(name, "Pune");
  await user.click(screen.getByRole("button", { name: "Use it" }));
  expect(await screen.findByText("is taken")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Use it" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/new"));
  expect(router.state.location.search).toBe("?segment=s9");
  expect(JSON.parse(calls(KEEP)[1]?.body ?? "")).toEqual({
    name: "Pune",
    description: "City is Pune",
    rules: SUGGESTION.rules,
  });
  expect(router.state.location.state).toEqual({ suggested: SUGGESTION.campaign });
});

it("fills the form in, which holds it over its steps and a reload, and sends nothing", async () => {
  signedIn();
  const answers: Answers = {
    "GET /api/segments": () => all({ id: "s9", name: "Pune", kind: "rules", state: "building" }),
    "GET /api/segments/s9/members": () => all(),
    "POST /api/campaigns/render": () => ({ messages: [] }),
  };
  const calls = serve(answers);
  const address = {
    pathname: "/campaigns/new",
    search: "?segment=s9",
    state: { suggested: SUGGESTION.campaign },
  };
  openPage(NewCampaignPage, "/campaigns/new", address);
  const user = userEvent.setup();
  expect(((await screen.findByLabelText("Campaign name")) as HTMLInputElement).value).toBe("Opening in Pune");
  expect((screen.getByLabelText(/^Objective/) as HTMLInputElement).value).toBe(OBJECTIVE);
  expect(screen.queryByText(/What you typed here earlier/)).toBeNull();
  await user.click(screen.getByRole("button", { name: /^Step 2/ }));
  expect((screen.getAllByLabelText("Message")[1] as HTMLTextAreaElement).value).toBe("We open");
  await user.click(screen.getByRole("button", { name: /^Step 3/ }));
  expect((screen.getByLabelText("Day and time") as HTMLInputElement).value).toBe("2026-12-01T09:00");
  expect(calls("POST /api/campaigns")).toEqual([]);
  expect(Object.keys(sessionStorage).some((key) => key.endsWith("campaign/1/new/s9"))).toBe(true);
});

it("is shown to an analyst, who cannot use it", async () => {
  const { user } = open({ [ASK]: () => SUGGESTION }, "analyst");
  await suggest(user);
  expect(await screen.findByText("City is Pune")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Use it" })).toBeNull();
  expect(screen.getByText(/Your role is to read/)).toBeTruthy();
});

it("says at the objective what was not understood, and keeps it", async () => {
  const { user } = open({
    [ASK]: () =>
      json(
        { type: "about:blank", status: 422, code: "not_understood", detail: "The prompt names nobody." },
        { status: 422 },
      ),
  });
  await suggest(user);
  expect(await screen.findByText("The prompt names nobody.")).toBeTruthy();
  expect(screen.getByLabelText("Objective").getAttribute("aria-invalid")).toBe("true");
  expect((screen.getByLabelText("Objective") as HTMLInputElement).value).toBe(OBJECTIVE);
});

it("waits for its turn, and loses nothing with the connection", async () => {
  const answers: unknown[] = [
    json({ id: "q1", status: "waiting" }, { status: 202, headers: { "retry-after": "60" } }),
  ];
  const { calls, user } = open({
    [ASK]: () => {
      const answer = answers.shift();
      if (!answer) throw new TypeError("Failed to fetch");
      return answer;
    },
  });
  await suggest(user);
  expect(await screen.findByText(/your question waits for its turn/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Stop waiting" }));
  await user.click(screen.getByRole("button", { name: "Suggest" }));
  await screen.findByText("No connection to the server");
  answers.push(SUGGESTION);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("City is Pune")).toBeTruthy();
  const keys = calls(ASK).map(({ headers }) => headers.get("idempotency-key"));
  expect(new Set(keys).size, "all of these are one question").toBe(1);
});
