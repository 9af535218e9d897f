import { act, cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as KeysPage } from "./keys-page";

const LIST = "GET /api/keys";
const CREATE = "POST /api/keys";
const SHOP = {
  id: "k1",
  name: "Web shop",
  scopes: ["ingest"],
  createdBy: "u1",
  createdAt: "2026-11-20T10:00:00Z",
};

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}) {
  signedIn("admin");
  const calls = serve({ [LIST]: () => all(SHOP), ...answers });
  const user = userEvent.setup();
  openPage(KeysPage, "/keys", "/keys");
  return { calls, user };
}

describe("the API keys", () => {
  it("are listed with what they are for and how they stand", async () => {
    open({
      [LIST]: () =>
        all(
          SHOP,
          { ...SHOP, id: "k2", name: "Old", revokedAt: "2026-11-21T10:00:00Z" },
          { ...SHOP, id: "k3", name: "Ended", expiresAt: "2020-01-01T00:00:00Z" },
        ),
    });
    const table = within(await screen.findByRole("table", { name: "API keys" }));
    for (const status of ["active", "revoked", "expired"]) expect(table.getByText(status)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Revoke Old" })).toBeNull();
    const page = document.querySelector("header")?.parentElement as Element;
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("are taught about while there are none, and asked for again after a failure", async () => {
    const answers = [problem(503, "unavailable"), json(all())];
    const { user } = open({ [LIST]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No keys yet")).toBeTruthy();
  });
});

describe("creating a key", () => {
  it("keeps the form over a reload until the key is there, and gives the focus back", async () => {
    const answers = { [CREATE]: () => json({ ...SHOP, id: "k9", key: "crm_secret" }, { status: 201 }) };
    const { user } = open(answers);
    await user.type(await screen.findByLabelText("Name"), "Till");
    cleanup();
    open(answers);
    expect((await screen.findByLabelText<HTMLInputElement>("Name")).value).toBe("Till");
    await user.click(screen.getByRole("button", { name: "Create key" }));
    const dialog = (await screen.findByRole("dialog")) as HTMLDialogElement;
    expect(Object.keys(sessionStorage).filter((name) => name.includes("new-key"))).toEqual([]);
    // As Escape does it.
    act(() => dialog.close());
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Create key" }));
  });

  it("shows it once, to be copied, and forgets it", async () => {
    const { calls, user } = open({
      [CREATE]: () => json({ ...SHOP, id: "k9", key: "crm_secret" }, { status: 201 }),
    });
    await user.type(await screen.findByLabelText("Name"), "Web shop");
    await user.click(screen.getByRole("checkbox", { name: /^Reading/ }));
    await user.type(screen.getByLabelText("Ends (optional)"), "2099-12-31");
    await user.click(screen.getByRole("button", { name: "Create key" }));

    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByLabelText<HTMLInputElement>("API key").value).toBe("crm_secret");
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Copy the key" }));
    expect(await dialog.findByText("Copied.")).toBeTruthy();
    expect(await navigator.clipboard.readText()).toBe("crm_secret");
    await user.click(dialog.getByRole("button", { name: "I have kept it" }));

    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.body.innerHTML).not.toContain("crm_secret");
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("");
    expect(JSON.parse(calls(CREATE)[0]?.body ?? "")).toEqual({
      name: "Web shop",
      scopes: ["ingest", "read"],
      expiresAt: "2099-12-31",
    });
  });

  it("selects the key where it cannot be copied by itself", async () => {
    const { user } = open({ [CREATE]: () => json({ ...SHOP, key: "crm_secret" }, { status: 201 }) });
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
    await user.type(await screen.findByLabelText("Name"), "x{Enter}");
    await user.click(await screen.findByRole("button", { name: "Copy the key" }));
    expect(await screen.findByText(/copy it by hand/)).toBeTruthy();
    const box = screen.getByLabelText<HTMLInputElement>("API key");
    expect(box.value.slice(box.selectionStart ?? 0, box.selectionEnd ?? 0)).toBe("crm_secret");
  });

  it("asks for a name and a purpose, and says at its field what is refused", async () => {
    const errors = [{ field: "expiresAt", reason: "must be in the future" }];
    const { calls, user } = open({ [CREATE]: () => json({ status: 422, errors }, { status: 422 }) });
    await user.click(await screen.findByRole("checkbox", { name: /^Bringing data/ }));
    await user.click(screen.getByRole("button", { name: "Create key" }));
    expect(screen.getByText("Write a name first.")).toBeTruthy();
    expect(screen.getByText("Choose at least one.")).toBeTruthy();
    expect(calls(CREATE)).toEqual([]);
    await user.click(screen.getByRole("checkbox", { name: /^Reading/ }));
    await user.type(screen.getByLabelText("Name"), "x{Enter}");
    expect(await screen.findByText("must be in the future")).toBeTruthy();
    expect(screen.getByLabelText("Ends (optional)").getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says when there are as many as there may be", async () => {
    const { user } = open({ [CREATE]: () => problem(409, "conflict") });
    await user.type(await screen.findByLabelText("Name"), "x{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("Refused: conflict");
  });
});

it("revokes a key after a question", async () => {
  const answers = [problem(503, "unavailable"), noContent()];
  const { calls, user } = open({ "DELETE /api/keys/k1": () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Revoke Web shop" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/It has not been used/)).toBeTruthy();
  await user.click(dialog.getByRole("button", { name: "Revoke" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("Refused: unavailable");
  await user.click(dialog.getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(calls("DELETE /api/keys/k1").length).toBe(2);
});
