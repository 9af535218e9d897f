import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as AuditPage } from "./audit-page";

const LIST = "GET /api/audit";
const ENTRY = {
  id: "a1",
  at: "2026-11-20T10:00:00Z",
  actor: { id: "u2", name: "bina@example.com" },
  action: "update_segment",
  object: "segments/s1",
  before: { name: "VIP" },
  after: { name: "Very important" },
  requestId: "r1",
};

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(address: string, answers: Parameters<typeof serve>[0] = {}) {
  signedIn("admin");
  const calls = serve({
    [LIST]: () => all(ENTRY),
    "GET /api/users": () => all({ id: "u2", email: "bina@example.com" }),
    ...answers,
  });
  const router = openPage(AuditPage, "/audit", address);
  return { calls, router, user: userEvent.setup() };
}

it("tells who changed what, from what to what, by keyboard too", async () => {
  const { user } = open("/audit");
  const [entry] = within(await screen.findByRole("list", { name: "Changes, newest first" })).getAllByRole(
    "listitem",
  );
  const item = within(entry as HTMLElement);
  expect(entry?.textContent).toContain("bina@example.com changed the segment “Very important”");
  expect(item.getByRole("link").getAttribute("href")).toBe("/segments/s1");
  await user.click(item.getByText("What changed"));
  const cells = within(item.getByRole("table")).getAllByRole("cell");
  expect(cells.map(({ textContent }) => textContent)).toEqual(["VIP", "Very important"]);
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("is narrowed down by person, thing and days, which the address keeps", async () => {
  const { calls, router, user } = open("/audit?since=2026-11-01&until=2026-11-30");
  expect(screen.getByLabelText<HTMLInputElement>("From").value).toBe("2026-11-01");
  await user.click(await screen.findByRole("button", { name: "Only theirs: bina@example.com" }));
  expect(await screen.findByRole("option", { name: "bina@example.com", selected: true })).toBeTruthy();
  await user.type(screen.getByLabelText("What"), "segments/s1{Enter}");
  await screen.findByText("What changed");
  expect(Object.fromEntries(calls(LIST).at(-1)?.query ?? [])).toMatchObject({
    actor: "u2",
    object: "segments/s1",
    since: "2026-11-01",
    until: "2026-12-01",
  });
  expect(new URLSearchParams(router.state.location.search).get("object")).toBe("segments/s1");
});

it("tells each change as a sentence, under the newest name that is known", async () => {
  const entry = (id: string, action: string, object: string, more: object = {}) => ({
    ...{ id, at: ENTRY.at, actor: ENTRY.actor, requestId: "r", action, object },
    ...more,
  });
  const { router, user } = open("/audit", {
    [LIST]: () =>
      all(
        entry("a1", "revoke_key", "keys/k1", { before: {}, after: { revokedAt: ENTRY.at } }),
        entry("a2", "create_key", "keys/k1", { after: { name: "Till" } }),
        entry("a3", "change_members", "segments/s1"),
        entry("a4", "grow_wings", "birds/b1"),
        entry("a5", "change_settings", "settings"),
        entry("a6", "invite_user", "users/u2", { after: { email: "b***@example.com" } }),
      ),
  });
  const told = () => screen.getAllByRole("listitem").map((item) => item.querySelector("p")?.textContent);
  await screen.findByText(/revoked the key/);
  await screen.findByRole("option", { name: "bina@example.com" });
  expect(told()).toEqual([
    "bina@example.com revoked the key “Till”",
    "bina@example.com created the key “Till”",
    "bina@example.com changed who is on the list s1",
    "bina@example.com: grow wings b1",
    "bina@example.com changed the settings",
    "bina@example.com invited “bina@example.com”",
  ]);
  await user.selectOptions(screen.getByLabelText("About"), "API keys");
  await waitFor(() => expect(told()).toHaveLength(2));
  expect(router.state.location.search).toBe("?kind=keys");
});

it("looks for a kind some pages on by itself, and further only when told", async () => {
  const page = (index: number) => ({
    items: [{ ...ENTRY, id: `a${index}`, object: index === 7 ? "settings" : ENTRY.object }],
    nextCursor: index < 9 ? String(index + 1) : null,
  });
  const { calls, user } = open("/audit?kind=settings", {
    [LIST]: ({ query }) => page(Number(query.get("cursor") ?? 0)),
  });
  expect(await screen.findByText("None so far; the list goes on.")).toBeTruthy();
  expect(calls(LIST)).toHaveLength(5);
  await user.click(screen.getByRole("button", { name: "Look further" }));
  expect(await screen.findByText("The first 1 change")).toBeTruthy();
  expect(calls(LIST), "no more than it takes").toHaveLength(8);
});

it("does not go on by itself from what was found of a kind, however near its end", async () => {
  const watched: Element[] = [];
  class Observer {
    observe = (element: Element) => watched.push(element);
    disconnect() {}
  }
  vi.stubGlobal("IntersectionObserver", Observer);
  open("/audit?kind=segments", { [LIST]: () => ({ items: [ENTRY], nextCursor: "1" }) });
  expect(await screen.findByRole("button", { name: "Show more" })).toBeTruthy();
  expect(watched).toEqual([]);
});

it("says at its field what cannot be looked up", async () => {
  const errors = [{ field: "object", reason: "must not be empty" }];
  open("/audit?object=x", { [LIST]: () => json({ status: 422, errors }, { status: 422 }) });
  expect(await screen.findByText("must not be empty")).toBeTruthy();
  expect(screen.getByLabelText("What").getAttribute("aria-invalid")).toBe("true");
});

it("shows all again where nothing fits, and teaches what it is for while it is empty", async () => {
  const { user } = open("/audit?actor=keys/k1", { [LIST]: () => all() });
  await user.click(await screen.findByRole("button", { name: "Show all" }));
  expect(await screen.findByText("Nothing has been changed yet")).toBeTruthy();
});

it("says when it cannot be had, and asks again on demand", async () => {
  const answers = [problem(403, "forbidden"), json(all(ENTRY))];
  const { user } = open("/audit", { [LIST]: () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("What changed")).toBeTruthy();
});
