import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as CustomerPage } from "./customer-page";

const ASHA = aCustomer({
  otherEmails: ["asha@old.example"],
  name: "Asha",
  city: "Pune",
  tags: ["vip"],
  attributes: { member: true },
  visits: 3,
  orderCount: 2,
  totalSpend: 900,
  createdAt: "2026-01-05T10:20:30Z",
});
const TWIN = aCustomer({
  ...ASHA,
  id: "c2",
  email: "asha.rao@example.com",
  otherEmails: [],
  name: "A. Rao",
  orderCount: 7,
});
const tagged = (customer: object, etag: string) => json(customer, { headers: { etag } });

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers = {}, role: Role = "marketer", id = "c1") {
  signedIn(role);
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR" }),
    "GET /api/customers/c1": () => tagged(ASHA, '"1"'),
    "GET /api/customers/c2": () => tagged(TWIN, '"5"'),
    ...Object.fromEntries(
      ["c1", "c2"].flatMap((one) =>
        ["timeline", "attachments", "segments", "orders"].map((part) => [
          `GET /api/customers/${one}/${part}`,
          () => all(),
        ]),
      ),
    ),
    ...answers,
  });
  const router = openPage(CustomerPage, "/customers/:id", `/customers/${id}`);
  render(<Toasts />);
  return { calls, router };
}

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));

describe("the profile", () => {
  beforeEach(() => signedIn());

  it("tells the addresses of merged customers, and attributes in words", async () => {
    open();
    const list = await screen.findByRole("list", { name: "Also known as" });
    expect(list.textContent).toBe("asha@old.example");
    expect(screen.getByText("member").nextSibling?.textContent).toBe("yes");
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
  });

  it("shows the orders on demand, and keeps that in the address", async () => {
    const { calls, router } = open();
    expect(await screen.findByText("Nothing has happened yet")).toBeTruthy();
    expect(calls("GET /api/customers/c1/orders")).toHaveLength(0);
    await userEvent.click(screen.getByRole("radio", { name: "Orders" }));
    expect(await screen.findByText("No orders yet")).toBeTruthy();
    expect(router.state.location.search).toBe("?view=orders");
  });

  it("leads from a merged-away customer to the one that stays, leaving no step back", async () => {
    const { router } = open({ "GET /api/customers/c7": () => tagged(ASHA, '"1"') }, "analyst", "c7");
    expect(await screen.findByRole("heading", { name: "Asha" })).toBeTruthy();
    expect(router.state.location.pathname).toBe("/customers/c1");
    expect(router.state.historyAction).toBe("REPLACE");
  });
});

describe("deleting somebody", () => {
  const ERASE = "DELETE /api/customers/c1";
  const confirm = async (text: string) =>
    userEvent.type(screen.getByLabelText("To confirm, type asha@example.com"), `${text}{Enter}`);

  it("says what happens, asks for the address, then leads back to the list", async () => {
    let gone = false;
    const askedAfter: boolean[] = [];
    const { calls, router } = open({
      "GET /api/customers/c1": () => {
        askedAfter.push(gone);
        return tagged(ASHA, '"1"');
      },
      [ERASE]: () => {
        gone = true;
        return noContent();
      },
    });
    await press("Delete");
    const dialog = screen.getByRole("dialog", { name: "Delete “Asha”?" });
    expect(dialog.textContent).toContain("within the hour");
    expect(dialog.textContent).toContain("orders stay with their amounts");
    expect(dialog.textContent).toContain("cannot be undone");
    expect(await accessibilityFaults(dialog)).toEqual([]);

    await press("Delete for good");
    expect(screen.getByText("This is not their address.")).toBeTruthy();
    await confirm("bina@example.com");
    expect(calls(ERASE)).toHaveLength(0);
    await userEvent.clear(screen.getByLabelText("To confirm, type asha@example.com"));
    await confirm("Asha@Example.com");

    expect(await screen.findByText("Elsewhere")).toBeTruthy();
    expect(router.state.location.pathname).toBe("/customers");
    expect(screen.getByText(/^Customer deleted/)).toBeTruthy();
    expect(calls(ERASE).map(({ headers }) => headers.get("if-match"))).toEqual(['"1"']);
    // Nobody asks for somebody who is gone.
    expect(askedAfter).not.toContain(true);
  });

  it("looks at the newest state first when they have changed meanwhile", async () => {
    let etag = '"1"';
    const { calls } = open({
      "GET /api/customers/c1": () => tagged(ASHA, etag),
      [ERASE]: ({ headers }) =>
        headers.get("if-match") === '"2"' ? noContent() : problem(412, "precondition_failed"),
    });
    await press("Delete");
    etag = '"2"';
    await confirm("asha@example.com");
    expect(await screen.findByText("This customer has changed meanwhile")).toBeTruthy();
    await waitFor(() => expect(calls("GET /api/customers/c1").length).toBeGreaterThan(1));
    await press("Delete for good");
    expect(await screen.findByText("Elsewhere")).toBeTruthy();
  });

  it("cannot be turned away from while it is being done", async () => {
    const answer = Promise.withResolvers<Response>();
    open({ [ERASE]: () => answer.promise });
    await press("Delete");
    await confirm("asha@example.com");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Keep them" }).disabled).toBe(true);
    answer.resolve(problem(503, "unavailable"));
    await screen.findByText("Refused: unavailable");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Keep them" }).disabled).toBe(false);
  });

  it("says why it failed, and deletes nothing when one thinks better of it", async () => {
    const { calls } = open({ [ERASE]: () => problem(503, "unavailable") });
    await press("Delete");
    await confirm("asha@example.com");
    expect(await screen.findByText("Refused: unavailable")).toBeTruthy();
    await press("Keep them");
    expect(screen.queryByText("Refused: unavailable")).toBeNull();
    expect(calls(ERASE)).toHaveLength(1);
  });
});

describe("merging a duplicate", () => {
  const MERGE = "POST /api/customers/c1/merge";
  const SEARCH = "GET /api/customers";

  async function chooseTwin() {
    await press("Merge");
    await userEvent.type(screen.getByLabelText("Find the duplicate"), "asha");
    await press(/^A. Rao/);
  }

  it("finds the other one, shows both, says that it is one-way, and does it", async () => {
    let merged = false;
    const kept = { ...ASHA, otherEmails: ["asha.rao@example.com"], orderCount: 9 };
    const { calls } = open({
      [SEARCH]: () => all(ASHA, TWIN),
      "GET /api/customers/c1": () => tagged(merged ? kept : ASHA, '"1"'),
      [MERGE]: () => {
        merged = true;
        return tagged(kept, '"2"');
      },
    });
    await chooseTwin();
    expect(calls(SEARCH).at(-1)?.query.get("search")).toBe("asha");
    const table = screen.getByRole("table", { name: "Both customers side by side" });
    const row = (name: string) => within(table).getByRole("rowheader", { name }).closest("tr")?.textContent;
    expect(row("E-mail")).toBe("E-mailasha@example.comasha.rao@example.com");
    expect(row("Orders")).toBe("Orders27");
    expect(document.activeElement).toBe(table);
    expect(screen.getByText("This goes one way only.")).toBeTruthy();
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    expect(calls(MERGE)).toHaveLength(0);

    await press("Merge for good");
    expect((await screen.findByRole("list", { name: "Also known as" })).textContent).toBeTruthy();
    expect(await screen.findByText("asha.rao@example.com")).toBeTruthy();
    const [call] = calls(MERGE);
    expect(call?.body).toBe('{"from":"c2"}');
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    expect(screen.getByText("Merged into Asha")).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("never offers somebody as their own duplicate", async () => {
    open({ [SEARCH]: () => all(ASHA) });
    await press("Merge");
    await userEvent.type(screen.getByLabelText("Find the duplicate"), "asha");
    expect(await screen.findByText("Nobody else matches “asha”.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Merge for good" })).toBeNull();
  });

  it("can keep the other one instead, and then leads there", async () => {
    const { calls, router } = open({
      [SEARCH]: () => all(TWIN),
      "POST /api/customers/c2/merge": () => tagged(TWIN, '"6"'),
    });
    await chooseTwin();
    await press("Keep the other one instead");
    await press("Merge for good");
    expect(await screen.findByRole("heading", { name: "A. Rao" })).toBeTruthy();
    expect(router.state.location.pathname).toBe("/customers/c2");
    expect(calls("POST /api/customers/c2/merge")[0]?.body).toBe('{"from":"c1"}');
  });

  it("says what the server refuses, and lets one choose somebody else", async () => {
    const errors = [{ field: "from", reason: "is the same person" }];
    open({
      [SEARCH]: () => all(TWIN),
      [MERGE]: () => json({ status: 422, code: "invalid", errors }, { status: 422 }),
    });
    await chooseTwin();
    await press("Merge for good");
    expect((await screen.findByRole("alert")).textContent).toContain("The duplicate: is the same person");
    await press("Choose somebody else");
    expect(document.activeElement).toBe(screen.getByLabelText("Find the duplicate"));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
