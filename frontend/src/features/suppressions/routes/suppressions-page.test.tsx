import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as SuppressionsPage } from "./suppressions-page";

const LIST = "GET /api/suppressions";
const ADD = "POST /api/suppressions";
const IMPORT = "POST /api/suppressions/file";
const EXPORT = "GET /api/suppressions/file";
const REMOVE = "DELETE /api/suppressions/h1";
const BOUNCED = {
  id: "h1",
  channel: "email",
  address: "a***@example.com",
  reason: "hard_bounce",
  at: "2026-11-20T10:00:00Z",
};

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers = {}, role: Role = "admin") {
  signedIn(role);
  const calls = serve({ [LIST]: () => all(BOUNCED), ...answers });
  openPage(SuppressionsPage, "/suppressions", "/suppressions");
  return { calls, user: userEvent.setup() };
}

const refusal = (...errors: { field: string; reason: string }[]) =>
  json({ type: "about:blank", status: 422, code: "invalid", errors }, { status: 422 });
const entries = () => within(screen.getByRole("list", { name: "Not accepted" })).getAllByRole("listitem");

describe("the suppression list", () => {
  it("says who is not written to, and why", async () => {
    open();
    const table = await screen.findByRole("table", { name: "Suppressed addresses" });
    expect(within(table).getByText("a***@example.com")).toBeTruthy();
    expect(within(table).getByText("There is no such address")).toBeTruthy();
    const page = document.querySelector("header")?.parentElement as Element;
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("teaches what it is for while it is empty", async () => {
    open({ [LIST]: () => all() });
    expect(await screen.findByText("Nobody is suppressed")).toBeTruthy();
  });

  it("says when it cannot be had, and asks again on demand", async () => {
    const answers = [problem(503, "unavailable"), json(all(BOUNCED))];
    const { user } = open({ [LIST]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("a***@example.com")).toBeTruthy();
  });

  it("is asked for a channel, a reason, and a whole address", async () => {
    const { calls, user } = open({ [LIST]: ({ query }) => (query.get("address") ? all() : all(BOUNCED)) });
    await user.selectOptions(await screen.findByLabelText("Reason"), "complaint");
    const channels = screen.getAllByLabelText("Channel").at(-1) as HTMLElement;
    await user.selectOptions(channels, "sms");
    await user.type(screen.getByLabelText("A whole address"), "+91 98765 43210");
    await user.click(screen.getByRole("button", { name: "Look up" }));
    expect(await screen.findByText("+91 98765 43210 is not on the list")).toBeTruthy();
    expect(Object.fromEntries(calls(LIST).at(-1)?.query ?? [])).toMatchObject({
      reason: "complaint",
      channel: "sms",
      address: "+91 98765 43210",
    });
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(await screen.findByText("a***@example.com")).toBeTruthy();
    expect((screen.getByLabelText("A whole address") as HTMLInputElement).value).toBe("");
  });

  it("says at the box that an address is none", async () => {
    const { user } = open({
      [LIST]: ({ query }) =>
        query.get("address") ? refusal({ field: "address", reason: "is no address" }) : all(BOUNCED),
    });
    await user.type(await screen.findByLabelText("A whole address"), "x");
    await user.click(screen.getByRole("button", { name: "Look up" }));
    expect(await screen.findByText("is no address")).toBeTruthy();
    expect(screen.getByLabelText("A whole address").getAttribute("aria-invalid")).toBe("true");
  });

  it("is exported as it is narrowed down", async () => {
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => {} }));
    const { calls, user } = open({ [EXPORT]: () => new Response("id,channel\r\n") });
    await user.selectOptions(await screen.findByLabelText("Reason"), "manual");
    await user.click(screen.getByRole("button", { name: "Export CSV" }));
    await waitFor(() => expect(calls(EXPORT)[0]?.query.toString()).toBe("reason=manual"));
  });

  it("says why it cannot be exported", async () => {
    const { user } = open({ [EXPORT]: () => problem(503, "unavailable") });
    await user.click(await screen.findByRole("button", { name: "Export CSV" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Refused: unavailable");
  });
});

describe("adding to it", () => {
  it("keeps what was typed over a reload, until it is on the list", async () => {
    const answers = { [ADD]: () => ({ added: 1, rejected: [] }) };
    const { user } = open(answers);
    await user.click(await screen.findByRole("radio", { name: "SMS" }));
    await user.type(screen.getByLabelText("Telephone numbers"), "+91 98765 43210");
    cleanup();
    open(answers);
    const box = await screen.findByLabelText<HTMLTextAreaElement>("Telephone numbers");
    expect(box.value).toBe("+91 98765 43210");
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    await screen.findByText("1 address is on the list now.");
    cleanup();
    open(answers);
    expect((await screen.findByLabelText<HTMLTextAreaElement>("E-mail addresses")).value).toBe("");
  });

  it("takes addresses one by one", async () => {
    const { calls, user } = open({ [ADD]: () => ({ added: 2, rejected: [] }) });
    const box = await screen.findByLabelText("E-mail addresses");
    await user.type(box, "a@x.in, b@x.in\n");
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect(await screen.findByText("2 addresses are on the list now.")).toBeTruthy();
    expect((box as HTMLTextAreaElement).value).toBe("");
    const [call] = calls(ADD);
    expect(JSON.parse(call?.body ?? "{}")).toEqual({
      items: [
        { channel: "email", address: "a@x.in" },
        { channel: "email", address: "b@x.in" },
      ],
    });
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    await waitFor(() => expect(calls(LIST).length).toBe(2));
  });

  it("names what was refused, and keeps what was typed", async () => {
    const { user } = open({ [ADD]: () => refusal({ field: "items[1].address", reason: "is no address" }) });
    const box = (await screen.findByLabelText("E-mail addresses")) as HTMLTextAreaElement;
    await user.type(box, "a@x.in, nonsense");
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect((await screen.findByText("1 address not accepted")).parentElement).toBeTruthy();
    expect(entries().map((entry) => entry.textContent)).toEqual(["nonsense: is no address"]);
    expect(box.value).toBe("a@x.in, nonsense");
  });

  it("takes a file, and names the lines that were refused", async () => {
    const rejected = [{ field: "lines[3]", reason: "is no address" }];
    const { calls, user } = open({ [IMPORT]: () => ({ added: 1, rejected }) });
    await user.click(await screen.findByRole("radio", { name: "From a file" }));
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect(screen.getByText("Choose a file first.")).toBeTruthy();
    const file = new File(["email\na@x.in\nnonsense\n"], "list.csv", { type: "text/csv" });
    await user.upload(screen.getByLabelText("CSV file"), file);
    await user.click(screen.getByRole("radio", { name: "WhatsApp" }));
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect(await screen.findByText("1 address is on the list now.")).toBeTruthy();
    expect(entries().map((entry) => entry.textContent)).toEqual(["Line 3: is no address"]);
    const [call] = calls(IMPORT);
    expect([call?.query.get("channel"), call?.headers.get("content-type"), call?.body]).toEqual([
      "whatsapp",
      "text/csv",
      "email\na@x.in\nnonsense\n",
    ]);
  });

  it("says when the server cannot be reached, and sends the same again", async () => {
    const answers = [problem(403, "forbidden"), json({ added: 0, rejected: [] })];
    const { user } = open({ [ADD]: () => answers.shift() });
    await user.type(await screen.findByLabelText("E-mail addresses"), "a@x.in");
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Refused: forbidden");
    await user.click(screen.getByRole("button", { name: "Add to the list" }));
    expect(await screen.findByText("All of them were on the list already.")).toBeTruthy();
  });
});

describe("taking off it", () => {
  const ask = async (user: ReturnType<typeof userEvent.setup>) => {
    await user.click(await screen.findByRole("button", { name: "Take off the list: a***@example.com" }));
    return within(screen.getByRole("dialog"));
  };

  it("is confirmed first, with the reason in view", async () => {
    const { calls, user } = open({ [REMOVE]: () => noContent() });
    const dialog = await ask(user);
    expect(dialog.getByText(/There is no such address/)).toBeTruthy();
    await user.click(dialog.getByRole("button", { name: "Leave it" }));
    expect(calls(REMOVE)).toEqual([]);
    await ask(user);
    await user.click(dialog.getByRole("button", { name: "Take it off" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls(REMOVE).length).toBe(1);
    await waitFor(() => expect(calls(LIST).length).toBe(2));
  });

  it("can be taken back: the address is on the list again for the same reason", async () => {
    const { calls, user } = open({
      [REMOVE]: () => noContent(),
      [IMPORT]: () => ({ added: 1, rejected: [] }),
    });
    render(<Toasts />);
    const dialog = await ask(user);
    await user.click(dialog.getByRole("button", { name: "Take it off" }));
    // The last one: what other tests said may still stand there.
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(screen.getAllByRole("button", { name: /^Undo/ }).at(-1) as HTMLElement);
    await waitFor(() =>
      expect(calls(IMPORT)[0]?.body).toBe(
        "id,channel,address,reason\r\nh1,email,a***@example.com,hard_bounce\r\n",
      ),
    );
    await waitFor(() => expect(calls(LIST).length).toBe(3));
  });

  it("is done where somebody else was faster", async () => {
    const { user } = open({ [REMOVE]: () => problem(404, "not_found") });
    const dialog = await ask(user);
    await user.click(dialog.getByRole("button", { name: "Take it off" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says in the dialog why it failed", async () => {
    const { user } = open({ [REMOVE]: () => problem(503, "unavailable") });
    const dialog = await ask(user);
    await user.click(dialog.getByRole("button", { name: "Take it off" }));
    expect((await dialog.findByRole("alert")).textContent).toContain("Refused: unavailable");
  });

  it("is for those who administer", async () => {
    open({}, "marketer");
    await screen.findByText("a***@example.com");
    expect(screen.queryByRole("button", { name: /^Take off/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Add to the list" })).toBeTruthy();
  });
});

it("the focus goes to the next address when one is taken off", async () => {
  let list = [BOUNCED, { ...BOUNCED, id: "h2", address: "b***@example.com" }];
  const { user } = open({
    [LIST]: () => all(...list),
    [REMOVE]: () => {
      list = list.slice(1);
      return noContent();
    },
  });
  await user.click(await screen.findByRole("button", { name: "Take off the list: a***@example.com" }));
  await user.click(screen.getByRole("button", { name: "Take it off" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() =>
    expect(document.activeElement).toBe(
      screen.getByRole("button", { name: "Take off the list: b***@example.com" }),
    ),
  );
});
