import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import { Component as CostsPage } from "./costs-page";

const COSTS = "GET /api/costs";
const WRITES = { unit: "dynamodbWriteRequestUnit", amount: 15_000, price: 0.009375 };
const POLLS = { unit: "sqsRequest", amount: 5_832_000, price: 2.3328 };

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answer: (month: string | null) => unknown = costs) {
  signedIn("admin");
  const calls = serve({ [COSTS]: ({ query }) => answer(query.get("month")) });
  openPage(CostsPage, "/costs", "/costs");
  return { calls, user: userEvent.setup() };
}

const costs = (month: string | null) => ({
  month,
  until: "2026-11-25T10:00:00Z",
  currency: "USD",
  region: "us-east-1",
  work: [
    { item: "orders", basis: "estimated", count: 1_000, parts: [WRITES], price: 0.009375, perMillion: 9.375 },
  ],
  floor: [{ item: "polling", basis: "standing", count: 9, parts: [POLLS], price: 2.3328 }],
  total: 2.342175,
  floorPerMonth: 3.9,
  prices: [
    {
      unit: "sqsRequest",
      usdPerMillion: "0.40",
      of: "requests to a standard queue",
      source: "https://aws.amazon.com/sqs/pricing/",
      date: "2026-11-25",
    },
  ],
});

it("tells what each line used, what that costs, and where the prices come from", async () => {
  open();
  const work = within(await screen.findByRole("table", { name: "What work costs" }));
  expect(work.getByText("Orders placed")).toBeTruthy();
  expect(work.getByText("15,000 write units: $0.0094")).toBeTruthy();
  expect(work.getByText("$9.375")).toBeTruthy();
  const floor = within(screen.getByRole("table", { name: "What is billed while nobody does anything" }));
  expect(floor.getByText("58,32,000 queue requests: $2.3328")).toBeTruthy();
  const prices = within(screen.getByRole("table", { name: "Prices" }));
  expect(prices.getAllByRole("link")[0]?.getAttribute("href")).toBe("https://aws.amazon.com/sqs/pricing/");
  expect(prices.getAllByText("25 Nov 2026")[0]).toBeTruthy();
  expect(screen.getByText(/It is no bill/)).toBeTruthy();
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("is asked for another month", async () => {
  const { calls, user } = open();
  await screen.findByRole("table", { name: "Prices" });
  const months = screen.getByLabelText("Month") as HTMLSelectElement;
  const before = months.options[1]?.value ?? "";
  await user.selectOptions(months, before);
  await waitFor(() => expect(calls(COSTS).at(-1)?.query.get("month")).toBe(before));
});

it("says when they cannot be had", async () => {
  open(() => problem(403, "forbidden"));
  expect((await screen.findByRole("alert")).textContent).toContain("Refused: forbidden");
});
