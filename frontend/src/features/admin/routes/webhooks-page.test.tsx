import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as WebhooksPage } from "./webhooks-page";

const LIST = "GET /api/webhooks";
const SHOP = { id: "w1", url: "https://shop.example.com/crm", description: "Web shop", state: "enabled" };
const LATER = new Date(Date.now() + 600_000).toISOString();

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers) {
  signedIn("admin");
  serve(answers);
  openPage(WebhooksPage, "/webhooks", "/webhooks");
  return userEvent.setup();
}

it("are listed with what they are sent and how they stand", async () => {
  const since = "2026-11-20T10:00:00Z";
  open({
    [LIST]: () =>
      all(
        SHOP,
        { ...SHOP, id: "w2", types: ["crm.order.applied.v1"], failures: 2, failingSince: since },
        { ...SHOP, id: "w3", failures: 9, failingSince: since, restsUntil: LATER },
        { ...SHOP, id: "w4", state: "disabled", disabledReason: "manual", disabledAt: since },
        { ...SHOP, id: "w5", state: "disabled", disabledReason: "gone", disabledAt: since },
        { ...SHOP, id: "w6", state: "disabled", disabledReason: "failing", disabledAt: since },
      ),
  });
  const table = within(await screen.findByRole("table", { name: "Webhooks" }));
  const states = table.getAllByRole("row").map((row) => row.textContent ?? "");
  for (const [index, words] of [
    /All events.*sending/,
    /crm\.order\.applied\.v1.*failing.*since/,
    /resting.*until/,
    /disabled.*by hand/,
    /disabled.*receiver is gone/,
    /disabled.*failed for a day/,
  ].entries()) {
    expect(states[index + 1]).toMatch(words);
  }
  expect(screen.getByText("6 webhooks; 2 do not take what is sent, 3 are disabled.")).toBeTruthy();
  expect(table.getAllByRole("link")[0]?.getAttribute("href")).toBe("/webhooks/w1");
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("are taught about while there are none, with how to verify a signature", async () => {
  const answers = [problem(503, "unavailable"), json(all())];
  const user = open({ [LIST]: () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No webhooks yet")).toBeTruthy();
  const sample = () => screen.getByRole("region", { name: "How to verify a signature" }).textContent;
  expect(sample()).toContain("webhook.verify(request.get_data()");
  await user.click(screen.getByRole("radio", { name: "Node.js" }));
  expect(sample()).toContain('from "standardwebhooks"');
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});
