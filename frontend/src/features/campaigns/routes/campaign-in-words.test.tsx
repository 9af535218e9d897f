import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import type { Campaign, Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCampaign } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as CampaignPage } from "./campaign-page";

const ASK = "POST /api/campaigns/c1/summary";
const ANSWER = {
  summary: "120 people were written to.\nTwelve ordered.",
  source: "offline",
  offlineReason: "budget",
};

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers, role: Role = "analyst", campaign: Partial<Campaign> = { status: "sent" }) {
  signedIn(role);
  const calls = serve({
    "GET /api/campaigns/c1": () => aCampaign(campaign),
    "GET /api/campaigns/c1/messages": () => all(),
    ...answers,
  });
  openPage(CampaignPage, "/campaigns/:id", "/campaigns/c1");
  return { calls, user: userEvent.setup() };
}

it("is told to whoever asks, with who told it", async () => {
  const { calls, user } = open({ [ASK]: () => ANSWER });
  await user.click(await screen.findByRole("button", { name: "Summarise results" }));
  expect(await screen.findByText(/Twelve ordered/)).toBeTruthy();
  expect(screen.getByText("Answered offline: your tokens of today are used up.")).toBeTruthy();
  expect(calls(ASK)[0]?.headers.get("prefer")).toBe("respond-async");
  const card = screen.getByRole("heading", { name: "In words" }).closest("section") as Element;
  expect(await accessibilityFaults(card)).toEqual([]);
  expect(screen.getByRole("button", { name: "Summarise again" })).toBeTruthy();
});

it("waits for its turn, and can be asked again when it was refused", async () => {
  const answers = [
    json({ id: "q1", status: "waiting" }, { status: 202, headers: { "retry-after": "60" } }),
    problem(409, "conflict"),
  ];
  const { user } = open({ [ASK]: () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Summarise results" }));
  await user.click(await screen.findByRole("button", { name: "Stop waiting" }));
  await user.click(screen.getByRole("button", { name: "Summarise results" }));
  expect(await screen.findByText("Refused: conflict")).toBeTruthy();
});

it("is not offered of a draft", async () => {
  open({}, "owner", { status: "draft" });
  expect(await screen.findByText("This is a draft")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Summarise results" })).toBeNull();
});
