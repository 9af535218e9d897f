import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Component as CampaignPage } from "@/features/campaigns/routes/campaign-page";
import { Component as CampaignsPage } from "@/features/campaigns/routes/campaigns-page";
import { Component as CustomerPage } from "@/features/customers/routes/customer-page";
import { Component as CustomersPage } from "@/features/customers/routes/customers-page";
import { Component as DashboardPage } from "@/features/dashboard/routes/dashboard-page";
import { Component as ImportsPage } from "@/features/imports/routes/imports-page";
import { Component as OrdersPage } from "@/features/orders/routes/orders-page";
import { Component as SegmentPage } from "@/features/segments/routes/segment-page";
import { Component as SegmentsPage } from "@/features/segments/routes/segments-page";
import { Component as SuppressionsPage } from "@/features/suppressions/routes/suppressions-page";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCampaign, aCustomer, aSegment } from "@/testing/made";
import { type Answers, all, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
import { Component as RequireAdminister } from "./require-administer";
import { Component as RequireWrite } from "./require-write";
import { Shell } from "./shell";

const ANSWERS: Answers = {
  "GET /api/stats": () => ({}),
  "GET /api/customers": () => all(),
  "GET /api/customers/s1": () => aCustomer({ id: "s1" }),
  "GET /api/customers/s1/timeline": () => all(),
  "GET /api/customers/s1/segments": () => all(),
  "GET /api/customers/s1/attachments": () => all(),
  "GET /api/orders": () => all(),
  "GET /api/imports": () => all(),
  "GET /api/segments": () => all(),
  "GET /api/segments/s1": () => aSegment({ rules: { combinator: "and", rules: [] }, count: 0 }),
  "GET /api/segments/s1/members": () => all(),
  "GET /api/campaigns": () => all(),
  "GET /api/campaigns/c1": () => aCampaign({}),
  "GET /api/campaigns/c1/messages": () => all(),
  "GET /api/suppressions": () => all(),
  "GET /api/queues": () => all(),
};

beforeEach(() => void serve(ANSWERS));
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(role: Role, Component: () => React.ReactNode) {
  signedIn(role);
  const router = createMemoryRouter([{ path: "/:id", Component }], {
    initialEntries: [Component === CampaignPage ? "/c1" : "/s1"],
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

/** What tells that the page has its answer, and the actions that it offers to who may write. */
const PAGES: [string, () => React.ReactNode, string, string[]][] = [
  ["the dashboard", DashboardPage, "", ["Import", "New segment", "New campaign"]],
  ["customers", CustomersPage, "No customers yet", ["New customer", "Import a CSV file"]],
  ["a customer", CustomerPage, "No files yet", ["Delete", "Merge", "Edit"]],
  ["orders", OrdersPage, "No orders yet", ["New order", "Import a CSV file"]],
  ["imports", ImportsPage, "Nothing imported yet", ["Upload and import"]],
  ["segments", SegmentsPage, "No segments yet", ["New segment"]],
  [
    "a segment",
    SegmentPage,
    "Nobody matches these rules now",
    ["Delete", "Edit", "Write to them", "Edit all", "Export CSV"],
  ],
  ["campaigns", CampaignsPage, "No campaigns yet", ["New campaign"]],
  ["a campaign", CampaignPage, "Nothing sent yet", ["Pause", "Cancel campaign"]],
  ["suppressions", SuppressionsPage, "Nobody is suppressed", ["Add to the list"]],
];

const offered = (name: string) => [
  ...screen.queryAllByRole("button", { name }),
  ...screen.queryAllByRole("link", { name }),
];

describe.each(PAGES)("%s", (_, Component, shown, actions) => {
  it.each<Role>(["marketer", "admin", "owner"])("offers its actions to a %s", async (role) => {
    open(role, Component);
    await screen.findByText(shown || "Three steps to your first campaign");
    for (const action of actions) expect(offered(action).length, action).toBeGreaterThan(0);
  });

  it("offers none of them to an analyst, who reads it all the same", async () => {
    open("analyst", Component);
    await screen.findByText(shown || "Nothing here yet");
    for (const action of actions) expect(offered(action), action).toEqual([]);
    expect(await accessibilityFaults(document.querySelector("h1")?.parentElement as Element)).toEqual([]);
  });
});

describe("what asks and keeps nothing", () => {
  it.each<Role>(["analyst", "marketer"])("is offered to a %s", async (role) => {
    open(role, CampaignsPage);
    expect((await screen.findByRole("link", { name: "Suggest a campaign" })).getAttribute("href")).toBe(
      "/campaigns/suggest",
    );
  });

  it("is an audience to be tried where an analyst sees the segments", async () => {
    open("analyst", SegmentsPage);
    expect((await screen.findAllByRole("link", { name: "Try an audience" })).length).toBeGreaterThan(0);
  });
});

describe("a page that only makes something", () => {
  function openGuarded(role: Role) {
    signedIn(role);
    const router = createMemoryRouter([
      { Component: RequireWrite, children: [{ path: "/", element: <p>The form</p> }] },
    ]);
    render(<RouterProvider router={router} />);
  }

  it("is there for a marketer", async () => {
    openGuarded("marketer");
    expect(await screen.findByText("The form")).toBeTruthy();
  });

  it("tells an analyst the reason instead", async () => {
    openGuarded("analyst");
    expect(await screen.findByText(/Your role is to read/)).toBeTruthy();
    expect(screen.queryByText("The form")).toBeNull();
  });
});

describe("administration", () => {
  function openGuarded(role: Role) {
    signedIn(role);
    const router = createMemoryRouter([
      { Component: RequireAdminister, children: [{ path: "/", element: <p>The users</p> }] },
    ]);
    render(<RouterProvider router={router} />);
  }
  const led = () => ["Users", "Assistant"].flatMap((name) => screen.queryAllByRole("link", { name }));

  it.each<Role>(["admin", "owner"])("is there for an %s, and in the navigation", async (role) => {
    openGuarded(role);
    expect(await screen.findByText("The users")).toBeTruthy();
    openShell(role);
    expect(led()).toHaveLength(2);
  });

  it.each<Role>(["marketer", "analyst"])("tells a %s the reason instead, and is not shown", async (role) => {
    openGuarded(role);
    expect(await screen.findByText("This page is for administrators")).toBeTruthy();
    expect(screen.queryByText("The users")).toBeNull();
    expect(await accessibilityFaults(document.querySelector("h1")?.parentElement as Element)).toEqual([]);
    openShell(role);
    expect(led()).toEqual([]);
    expect(screen.getByRole("link", { name: "Suppressions" })).toBeTruthy();
  });

  function openShell(role: Role) {
    vi.stubGlobal("scrollTo", () => undefined);
    open(role, Shell);
  }
});
