import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import { Component as AssistantPage } from "./assistant-page";

const USAGE = "GET /api/ai/usage";
const sum = (gemini: number, offline: number, input: number) => ({
  gemini,
  offline,
  tokens: { input, output: 500 },
});
const NONE = { gemini: 0, offline: 0, tokens: { input: 0, output: 0 }, users: [] };
const TODAY = {
  date: "2026-11-25",
  ...sum(7, 3, 9_500),
  users: [
    { user: "u1", ...sum(5, 0, 9_000) },
    { user: "keys/k1", ...sum(1, 2, 400) },
    { user: "u-unknown", ...sum(1, 1, 100) },
  ],
};
const YESTERDAY = { date: "2026-11-24", ...sum(1, 0, 100), users: [{ user: "u2", ...sum(1, 0, 100) }] };

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers = {}) {
  signedIn("admin");
  const calls = serve({
    "GET /api/users": () =>
      all({ id: "u1", email: "asha@example.com" }, { id: "u2", email: "bina@example.com" }),
    "GET /api/keys": () => all({ id: "k1", name: "Shop" }),
    [USAGE]: () => ({ dailyTokens: 200_000, days: [TODAY, YESTERDAY] }),
    ...answers,
  });
  openPage(AssistantPage, "/ai", "/ai");
  return { calls, user: userEvent.setup() };
}

const rows = (name: string | RegExp) =>
  within(screen.getByRole("table", { name }))
    .getAllByRole("row")
    .slice(1)
    .map((row) => row.textContent);

it("tells by user and by day who asked, who answered, and what is left of the budget", async () => {
  const { calls, user } = open();
  expect(await screen.findByText("asha@example.com")).toBeTruthy();
  expect(await screen.findByText("API key Shop")).toBeTruthy();
  expect(rows(/^Questions by user, .*25/)).toEqual([
    "asha@example.com5509,5004.8%",
    "API key Shop3129000.5%",
    "u-unknown2116000.3%",
  ]);
  expect(rows("Questions by day")).toHaveLength(2);
  expect(screen.getByText("tokens a user and day")).toBeTruthy();
  expect(screen.getByText("2,00,000")).toBeTruthy();
  expect(await accessibilityFaults(document.querySelector("header")?.parentElement as Element)).toEqual([]);

  await user.selectOptions(screen.getByLabelText("Day"), "2026-11-24");
  expect(rows(/^Questions by user, .*24/)).toEqual(["bina@example.com1106000.3%"]);
  await user.click(screen.getByLabelText("31 days"));
  await waitFor(() => expect(calls(USAGE).at(-1)?.query.get("days")).toBe("31"));
});

it("says so when nothing was asked, and what the budget would be", async () => {
  open({ [USAGE]: () => ({ dailyTokens: 200_000, days: [{ date: "2026-11-25", ...NONE }] }) });
  expect(await screen.findByText("The model was not asked in these days")).toBeTruthy();
  expect(screen.getByText(/2,00,000 tokens a day/)).toBeTruthy();
});

it("is tried again after a failure", async () => {
  const answers = [problem(404, "not_found"), { dailyTokens: 1, days: [TODAY] }];
  const { user } = open({ [USAGE]: () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("asha@example.com")).toBeTruthy();
});
