import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as UsersPage } from "./users-page";

const LIST = "GET /api/users";
const INVITE = "POST /api/users";
const SELF = { id: "u1", email: "owner@example.com", name: "Asha Rao", role: "owner", status: "active" };
const BINA = { id: "u2", email: "bina@example.com", name: "", role: "marketer", status: "active" };
const CHAD = { id: "u3", email: "chad@example.com", name: "", role: "analyst", status: "invited" };
const DEV = { id: "u4", email: "dev@example.com", name: "", role: "admin", status: "disabled" };

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}, role: Role = "owner") {
  signedIn(role);
  const calls = serve({ [LIST]: () => all(SELF, BINA, CHAD, DEV), ...answers });
  openPage(UsersPage, "/users", "/users");
  return { calls, user: userEvent.setup() };
}

async function ask(user: ReturnType<typeof userEvent.setup>, name: string) {
  await user.click(await screen.findByRole("button", { name }));
  return within(screen.getByRole("dialog"));
}

describe("an invitation", () => {
  it("that was not sent is there again after a reload, and gone once it was", async () => {
    const answers = { [INVITE]: () => json({ ...CHAD, id: "u8" }, { status: 201 }) };
    const { user } = open(answers);
    await user.type(await screen.findByLabelText("E-mail"), "new@example.com");
    await user.selectOptions(screen.getByLabelText("Role"), "Analyst");
    cleanup();
    open(answers);
    const box = () => screen.findByLabelText<HTMLInputElement>("E-mail");
    expect((await box()).value).toBe("new@example.com");
    expect(screen.getByLabelText<HTMLSelectElement>("Role").value).toBe("analyst");
    await user.click(screen.getByRole("button", { name: "Invite" }));
    await waitFor(async () => expect((await box()).value).toBe(""));
    cleanup();
    open(answers);
    expect((await box()).value).toBe("");
  });
});

describe("the users", () => {
  it("are listed with their roles, and oneself without actions", async () => {
    open();
    const table = within(await screen.findByRole("table", { name: "Users and invitations" }));
    expect(table.getAllByRole("row")).toHaveLength(5);
    expect(screen.queryByRole("button", { name: /owner@example.com/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Withdraw chad@example.com" })).toBeTruthy();
    const page = document.querySelector("header")?.parentElement as Element;
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("who are owners are left alone by an admin, who cannot make one either", async () => {
    open({ [LIST]: () => all({ ...SELF, id: "u9", email: "other@example.com" }, BINA) }, "admin");
    await screen.findByText("bina@example.com");
    expect(screen.queryByRole("button", { name: /other@example.com/ })).toBeNull();
    expect(screen.queryByRole("option", { name: "Owner" })).toBeNull();
  });

  it("are taught about while there are none, and asked for again after a failure", async () => {
    const answers = [problem(503, "unavailable"), json(all())];
    const { user } = open({ [LIST]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Nobody yet")).toBeTruthy();
  });
});

describe("inviting", () => {
  it("sends the address and the role, and shows who is invited", async () => {
    const { calls, user } = open({ [INVITE]: () => json(CHAD, { status: 201 }) });
    await user.type(await screen.findByLabelText("E-mail"), "chad@example.com");
    await user.selectOptions(screen.getByLabelText("Role"), "analyst");
    await user.keyboard("{Tab}{Enter}");
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("E-mail").value).toBe(""));
    const [call] = calls(INVITE);
    expect(JSON.parse(call?.body ?? "")).toEqual({ email: "chad@example.com", role: "analyst" });
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    await waitFor(() => expect(calls(LIST).length).toBe(2));
  });

  it("says at the address what is wrong with it, and elsewhere what else is", async () => {
    const answers = [
      json({ status: 422, errors: [{ field: "email", reason: "is no address" }] }, { status: 422 }),
      problem(409, "conflict"),
    ];
    const { user } = open({ [INVITE]: () => answers.shift() });
    const invite = await screen.findByRole("button", { name: "Invite" });
    await user.click(invite);
    expect(screen.getByText("Write an address first.")).toBeTruthy();
    await user.type(screen.getByLabelText("E-mail"), "x");
    await user.click(invite);
    expect(await screen.findByText("is no address")).toBeTruthy();
    await user.click(invite);
    expect((await screen.findByRole("alert")).textContent).toContain("Refused: conflict");
  });
});

describe("changing somebody", () => {
  it("gives another role", async () => {
    const { calls, user } = open({ "PATCH /api/users/u2": () => ({ ...BINA, role: "admin" }) });
    const dialog = await ask(user, "Change the role of bina@example.com");
    await user.selectOptions(dialog.getByLabelText("Role"), "admin");
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(JSON.parse(calls("PATCH /api/users/u2")[0]?.body ?? "")).toEqual({ role: "admin" });
  });

  it.each([
    ["Disable bina@example.com", "Disable", "u2", true],
    ["Enable dev@example.com", "Enable", "u4", false],
  ])("%s is confirmed first", async (name, action, id, disabled) => {
    const { calls, user } = open({ [`PATCH /api/users/${id}`]: () => ({}) });
    const dialog = await ask(user, name);
    await user.click(dialog.getByRole("button", { name: "Cancel" }));
    expect(calls(`PATCH /api/users/${id}`)).toEqual([]);
    await ask(user, name);
    await user.click(dialog.getByRole("button", { name: action }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(JSON.parse(calls(`PATCH /api/users/${id}`)[0]?.body ?? "")).toEqual({ disabled });
  });

  it("withdraws an invitation, also where somebody else was faster", async () => {
    const answers = [noContent(), problem(404, "not_found")];
    const { calls, user } = open({ "DELETE /api/users/u3": () => answers.shift() });
    for (const time of [1, 2]) {
      const dialog = await ask(user, "Withdraw chad@example.com");
      await user.click(dialog.getByRole("button", { name: "Withdraw" }));
      await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
      expect(calls("DELETE /api/users/u3").length).toBe(time);
    }
  });

  it("says in the dialog why it failed", async () => {
    const { user } = open({ "PATCH /api/users/u2": () => problem(403, "forbidden") });
    const dialog = await ask(user, "Disable bina@example.com");
    await user.click(dialog.getByRole("button", { name: "Disable" }));
    expect((await dialog.findByRole("alert")).textContent).toContain("Refused: forbidden");
  });
});
