import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as ImportPage } from "./import-page";

const READ = "GET /api/imports/i1";
const REJECTED = "GET /api/imports/i1/rejected";
const JOB = {
  id: "i1",
  kind: "orders",
  status: "applying",
  bytesRead: 1000,
  bytesTotal: 1000,
  rows: 60,
  accepted: 58,
  rejected: 2,
  parts: 4,
  pendingParts: 1,
  ignoredColumns: ["note"],
  createdAt: "2026-11-20T10:00:00Z",
};
const FILE = 'line,reason,row\n3,total: must be a number,"a@x.in,""x"""\n9,email: is missing,",5"\n';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0]) {
  signedIn("analyst");
  const calls = serve({ [REJECTED]: () => new Response(FILE), ...answers });
  openPage(ImportPage, "/imports/:id", "/imports/i1");
  return { calls, user: userEvent.setup() };
}

it("leads to the list where there is no such import", async () => {
  open({ [READ]: () => problem(404, "not_found") });
  expect(await screen.findByText("There is no such import")).toBeTruthy();
  expect(screen.getByRole("link", { name: "All imports" }).getAttribute("href")).toBe("/imports");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

it("does not ask for what is gone any more, and at leisure for what waits for its file", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let job: () => unknown = () => ({ ...JOB, status: "waiting" });
  const { calls } = open({ [READ]: () => job() });
  await screen.findByText("Waiting for the file.");
  for (let second = 0; second < 60; second++) await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(calls(READ).length).toBeLessThan(35);
  job = () => problem(404, "not_found");
  await act(() => vi.advanceTimersByTimeAsync(8_000));
  const asked = calls(READ).length;
  await act(() => vi.advanceTimersByTimeAsync(30_000));
  expect(calls(READ)).toHaveLength(asked);
});

it("follows the import until it is applied, then tells which rows were rejected, and why", async () => {
  let job: unknown = JOB;
  const { calls } = open({ [READ]: () => job });
  const applied = await screen.findByRole("progressbar", { name: "Applied" });
  expect(applied.getAttribute("aria-valuenow")).toBe("75");
  expect(screen.getByText("Columns not used: note")).toBeTruthy();
  expect(calls(REJECTED)).toEqual([]);

  job = { ...JOB, status: "done", pendingParts: 0 };
  const table = within(await screen.findByRole("table", { name: "Rejected rows" }));
  const rows = table.getAllByRole("row").slice(1);
  expect(
    rows.map((row) =>
      within(row)
        .getAllByRole("cell")
        .map(({ textContent }) => textContent),
    ),
  ).toEqual([
    ["3", "total: must be a number", 'a@x.in,"x"'],
    ["9", "email: is missing", ",5"],
  ]);
  expect(applied.getAttribute("aria-valuenow")).toBe("100");
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("shows the first of many rejected rows, and offers all of them", async () => {
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => {} }));
  const lines = Array.from({ length: 70 }, (_, line) => `${line + 2},no,x`).join("\n");
  const { calls, user } = open({
    [READ]: () => ({ ...JOB, status: "done", rejected: 70 }),
    [REJECTED]: () => new Response(`line,reason,row\n${lines}\n`),
  });
  expect(await screen.findByText("The first 50 of 70; the download has more.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Download rejected rows" }));
  await waitFor(() => expect(calls(REJECTED).length).toBe(2));
});

it("says when rows, or the import itself, cannot be had, and asks again on demand", async () => {
  let job = problem(503, "unavailable");
  const files = [problem(404, "not_found"), new Response(FILE)];
  const { user } = open({ [READ]: () => job.clone(), [REJECTED]: () => files.shift() });
  const again = await screen.findByRole("button", { name: "Try again" });
  // The page also asks by itself, so the next answer is not there before the button was.
  job = json({ ...JOB, status: "failed", error: "no such column" });
  await user.click(again);
  expect(await screen.findByText("Failed: no such column")).toBeTruthy();
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("table", { name: "Rejected rows" })).toBeTruthy();
});
