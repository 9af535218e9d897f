import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCampaign } from "@/testing/made";
import { openPage, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
import { Component as CampaignsPage } from "./campaigns-page";

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

const FIRST = [
  aCampaign({ id: "c1", name: "Diwali early access", status: "sent" }),
  aCampaign({ id: "c2", name: "Diwali reminder", status: "draft" }),
  aCampaign({ id: "c3", name: "Monsoon", status: "draft" }),
];
const SECOND = [aCampaign({ id: "c4", name: "Holi", status: "failed" })];

function open(search = "") {
  signedIn("marketer");
  serve({
    "GET /api/campaigns": ({ query }) =>
      query.get("cursor") ? { items: SECOND, nextCursor: null } : { items: FIRST, nextCursor: "2" },
  });
  const router = openPage(CampaignsPage, "/campaigns", `/campaigns${search}`);
  return { router, user: userEvent.setup() };
}

const shown = () =>
  screen
    .queryAllByRole("link")
    .map(({ textContent }) => textContent)
    .filter((name) => [...FIRST, ...SECOND].some((campaign) => campaign.name === name));

describe("the list of campaigns", () => {
  it("is narrowed down by name and status, says among how many, and keeps that in its address", async () => {
    const { router, user } = open();
    await screen.findByText("Monsoon");
    await user.type(screen.getByLabelText("Search campaigns"), "diwali");
    expect(shown()).toEqual(["Diwali early access", "Diwali reminder"]);
    await user.selectOptions(screen.getByLabelText("Status"), "draft");
    expect(shown()).toEqual(["Diwali reminder"]);
    expect(screen.getByText("1 among the first 3 campaigns")).toBeTruthy();
    expect(router.state.location.search).toBe("?search=diwali&status=draft");
    expect(await accessibilityFaults(document.querySelector("h1")?.closest("div.grid") as Element)).toEqual(
      [],
    );
  });

  it("comes narrowed down as its address says, and looks on in what is not loaded yet", async () => {
    const { user } = open("?status=failed");
    await waitFor(() => expect(shown()).toEqual(["Holi"]));
    expect(screen.getByText("1 among all 4 campaigns")).toBeTruthy();
    await user.type(screen.getByLabelText("Search campaigns"), "xyz");
    expect(screen.getByText("No campaign is like this")).toBeTruthy();
  });
});
