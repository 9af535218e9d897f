/** Pages of things that somebody else deletes while they are open. */
import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { Component as WebhookPage } from "@/features/admin/routes/webhook-page";
import { Component as CampaignPage } from "@/features/campaigns/routes/campaign-page";
import { Component as CustomerPage } from "@/features/customers/routes/customer-page";
import { Component as SegmentPage } from "@/features/segments/routes/segment-page";
import { session } from "@/lib/session";
import { aCampaign, aCustomer, aSegment } from "@/testing/made";
import { type Answers, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import "@/testing/sizes";

const WEBHOOK = { id: "x1", url: "https://shop.example.com/crm", state: "enabled", secretVersion: 1 };

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

it.each<[string, () => ReactNode, object]>([
  ["customers", CustomerPage, aCustomer({ id: "x1", name: "Asha" })],
  ["segments", SegmentPage, aSegment({ id: "x1", state: "building" })],
  ["campaigns", CampaignPage, aCampaign({ id: "x1", status: "sending" })],
  ["webhooks", WebhookPage, WEBHOOK],
])("of %s say so, and do not go on asking", async (name, Component, thing) => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  signedIn();
  let isThere = true;
  const get = `GET /api/${name}/x1`;
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR" }),
    [get]: () => (isThere ? thing : problem(404, "not_found")),
  } as Answers);
  openPage(Component, `/${name}/:id`, `/${name}/x1`);
  await screen.findByRole("button", { name: /^(Delete|Pause)/ });
  isThere = false;
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await screen.findByText(/^There is no such/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^(Delete|Pause)/ })).toBeNull();
  const asked = calls(get).length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls(get).length).toBe(asked);
});
