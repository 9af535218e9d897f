/** What one page leaves behind for another: they share all that is loaded. */
import { screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Component as CustomersPage } from "@/features/customers/routes/customers-page";
import { Component as SegmentPage } from "@/features/segments/routes/segment-page";
import { session } from "@/lib/session";
import { aCustomer, aSegment } from "@/testing/made";
import { all, openPages, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";

const ASHA = aCustomer({ id: "a", name: "Asha" });

beforeEach(() => {
  signedIn();
  vi.stubGlobal("scrollY", 0);
  // jsdom has no place to scroll to.
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

it("goes from the customers of a segment to the segment, and back", async () => {
  const segment = aSegment({
    id: "s1",
    name: "Big spenders",
    count: 7,
    rules: { combinator: "and", rules: [] },
  });
  serve({
    "GET /api/stats": () => ({ currency: "INR", customers: 9 }),
    "GET /api/segments": () => all(segment),
    "GET /api/segments/s1": () => segment,
    "GET /api/segments/s1/members": ({ query }) =>
      query.get("cursor") ? new Promise(() => undefined) : { items: [ASHA], nextCursor: "1" },
  });
  const pages = { "/customers": CustomersPage, "/segments/:id": SegmentPage };
  const router = openPages(pages, "/customers?segment=s1");
  expect(await screen.findByText("The first 1 of 7 customers")).toBeTruthy();
  await router.navigate("/segments/s1");
  expect(await screen.findByRole("heading", { level: 1, name: "Big spenders" })).toBeTruthy();
  await router.navigate("/customers?segment=s1");
  expect(await screen.findByText("The first 1 of 7 customers")).toBeTruthy();
});
