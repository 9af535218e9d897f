import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as WebhookPage } from "./webhook-page";

const GET = "GET /api/webhooks/w1";
const CHANGE = "PATCH /api/webhooks/w1";
const SECRET = "GET /api/webhooks/w1/secret";
const ROTATE = "POST /api/webhooks/w1/rotate";
const TEST = "POST /api/webhooks/w1/test";
const LOG = "GET /api/webhooks/w1/deliveries";
const RESEND = "POST /api/webhooks/w1/deliveries/d1/resend";
const SHOP = {
  id: "w1",
  url: "https://shop.example.com/crm?token=x",
  description: "Web shop",
  state: "enabled",
  secretVersion: 1,
};
const OFF = { ...SHOP, state: "disabled", disabledReason: "manual", disabledAt: "2026-11-20T10:00:00Z" };
const FAILED = {
  id: "d1",
  eventId: "e1",
  type: "crm.order.applied.v1",
  subject: "orders/o1",
  at: "2026-11-25T10:00:00Z",
  outcome: "failed",
  attempts: 11,
  lastAttemptAt: "2026-11-26T10:00:00Z",
  status: 500,
  excerpt: "out of order",
  durationMs: 1234,
};
const EVENT = { specversion: "1.0", id: "e1", type: "crm.order.applied.v1", data: { customerId: "c1" } };
const UNTIL = new Date(Date.now() + 86_400_000).toISOString();
const tagged = (body: unknown, version = 1) => json(body, { headers: { etag: `"${version}"` } });

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function Both() {
  return (
    <>
      <WebhookPage />
      <Toasts />
    </>
  );
}

function open(answers: Answers = {}, address = "/webhooks/w1") {
  signedIn("admin");
  const calls = serve({ [GET]: () => tagged(SHOP), [LOG]: () => all(FAILED), ...answers });
  const router = openPage(Both, "/webhooks/:id", address);
  return { calls, user: userEvent.setup(), router };
}

const press = async (user: ReturnType<typeof userEvent.setup>, name: string) =>
  user.click(await screen.findByRole("button", { name }));
const dialog = async () => within(await screen.findByRole("dialog"));

describe("a webhook", () => {
  it("is called by its address without what may be secret there, and says how it stands", async () => {
    open({
      [GET]: () =>
        tagged({
          ...SHOP,
          failures: 3,
          failingSince: "2026-11-25T10:00:00Z",
          types: ["crm.order.applied.v1"],
        }),
    });
    expect(await screen.findByRole("heading", { level: 1, name: "shop.example.com/crm" })).toBeTruthy();
    expect(screen.getByText(/3 attempts in a row have failed since then/)).toBeTruthy();
    await screen.findByRole("table", { name: "Deliveries, newest first" });
    const page = document.querySelector("header")?.parentElement as Element;
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("says why it is disabled, and is sent no tests then", async () => {
    open({ [GET]: () => tagged({ ...OFF, disabledReason: "gone" }) });
    expect(await screen.findByText(/the receiver answered 410/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send a test" }).disabled).toBe(true);
  });

  it("that is not there is said to be so", async () => {
    open({ [GET]: () => problem(404, "not_found") });
    expect(await screen.findByText("There is no such webhook")).toBeTruthy();
  });

  it("is disabled after a question, and enabled again by the undo", async () => {
    let state: object = SHOP;
    const { calls, user } = open({
      [GET]: () => tagged(state, state === SHOP ? 1 : 2),
      [CHANGE]: ({ body }) => {
        state = JSON.parse(body).enabled ? SHOP : OFF;
        return tagged(state, state === SHOP ? 3 : 2);
      },
    });
    await press(user, "Disable");
    await user.click((await dialog()).getByRole("button", { name: "Disable" }));
    expect(await screen.findByText(/Somebody disabled it on/)).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    await press(user, "Undo");
    await waitFor(() => expect(calls(CHANGE).length).toBe(2));
    expect(calls(CHANGE).map(({ body, headers }) => [JSON.parse(body), headers.get("if-match")])).toEqual([
      [{ enabled: false }, '"1"'],
      [{ enabled: true }, '"2"'],
    ]);
    expect(await screen.findByText(/Events are sent as they happen/)).toBeTruthy();
  });

  it("that has changed meanwhile is shown anew before it is deleted", async () => {
    let version = 1;
    const answers = [problem(412, "precondition_failed"), noContent()];
    const { calls, user, router } = open({
      [GET]: () => tagged(SHOP, version),
      "DELETE /api/webhooks/w1": () => answers.shift(),
    });
    await press(user, "Delete");
    version = 2;
    const asked = await dialog();
    expect(asked.getByText(/This cannot be undone/)).toBeTruthy();
    await user.click(asked.getByRole("button", { name: "Delete webhook" }));
    expect((await asked.findByRole("alert")).textContent).toContain("has changed meanwhile");
    await waitFor(() => expect(calls(GET).length).toBeGreaterThan(1));
    await user.click(asked.getByRole("button", { name: "Delete webhook" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/webhooks"));
    expect(calls("DELETE /api/webhooks/w1").map(({ headers }) => headers.get("if-match"))).toEqual([
      '"1"',
      '"2"',
    ]);
  });
});

describe("its secret", () => {
  it("is asked for on demand, and hidden again", async () => {
    const { calls, user } = open({ [SECRET]: () => ({ secret: "whsec_abc", secretVersion: 1 }) });
    await screen.findByRole("button", { name: "Show the secret" });
    expect(calls(SECRET)).toEqual([]);
    await press(user, "Show the secret");
    expect((await screen.findByLabelText<HTMLInputElement>("Secret")).value).toBe("whsec_abc");
    await press(user, "Copy the secret");
    expect(await navigator.clipboard.readText()).toBe("whsec_abc");
    await press(user, "Hide it");
    expect(document.body.innerHTML).not.toContain("whsec_abc");
  });

  it("is rotated after a question that says what follows, and the new one is shown", async () => {
    let state: object = SHOP;
    const { calls, user } = open({
      [GET]: () => tagged(state, 4),
      [ROTATE]: () => {
        state = { ...SHOP, secretVersion: 2, previousSecretUntil: UNTIL };
        return json({ ...state, secret: "whsec_new" });
      },
    });
    await press(user, "Rotate");
    const asked = await dialog();
    expect(asked.getByText(/for 24 hours events carry two signatures/)).toBeTruthy();
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.click(asked.getByRole("button", { name: "Rotate the secret" }));
    const shown = within(await screen.findByRole("dialog", { name: "The new secret" }));
    expect(shown.getByLabelText<HTMLInputElement>("Secret").value).toBe("whsec_new");
    expect(shown.getByText(/until then the former secret signs too/)).toBeTruthy();
    await user.click(shown.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.body.innerHTML).not.toContain("whsec_new");
    expect(calls(ROTATE)[0]?.headers.get("if-match")).toBe('"4"');
    expect(calls(ROTATE)[0]?.headers.get("idempotency-key")).toBeTruthy();
    // Again, while both sign.
    expect(await screen.findByText(/^It was rotated: the former secret signs too/)).toBeTruthy();
    await press(user, "Rotate");
    expect((await dialog()).queryByRole("button", { name: "Rotate the secret" })).toBeNull();
  });
});

describe("its log", () => {
  it("has each delivery with what became of it, and is narrowed down in the address", async () => {
    const { calls, user, router } = open();
    const row = await screen.findByRole("row", { name: /crm\.order\.applied\.v1/ });
    for (const said of ["orders/o1", "11", "failed", "answered 500"]) expect(row.textContent).toContain(said);
    await user.click(screen.getByRole("radio", { name: "Delivered" }));
    await waitFor(() => expect(calls(LOG).at(-1)?.query.get("outcome")).toBe("delivered"));
    expect(router.state.location.search).toBe("?outcome=delivered");
  });

  it("is said to be empty, of everything and of what was asked for", async () => {
    const { user } = open({ [LOG]: () => all() });
    expect(await screen.findByText("Nothing was sent yet")).toBeTruthy();
    await user.click(screen.getByRole("radio", { name: "Failed" }));
    await press(user, "Show all");
    expect(await screen.findByText("Nothing was sent yet")).toBeTruthy();
  });

  it("is read on by a cursor", async () => {
    const pages = [
      { items: [FAILED], nextCursor: "next" },
      { items: [{ ...FAILED, id: "d2", subject: "orders/o2" }], nextCursor: null },
    ];
    const { calls, user } = open({ [LOG]: ({ query }) => pages[query.has("cursor") ? 1 : 0] });
    await press(user, "Show more");
    expect(await screen.findByText("orders/o2")).toBeTruthy();
    expect(calls(LOG).some(({ query }) => query.get("cursor") === "next")).toBe(true);
  });

  it("shows a test as it arrives there", async () => {
    const test = {
      ...FAILED,
      id: "d9",
      type: "crm.webhook.test.v1",
      subject: "webhooks/w1",
      outcome: "delivered",
      status: 204,
    };
    let arrived = false;
    const answers: Answers = {
      [TEST]: () => json({ id: "d9", eventId: "e9" }, { status: 202 }),
      [LOG]: () => (arrived ? all(test, FAILED) : all(FAILED)),
    };
    const { user, calls, router } = open(answers, "/webhooks/w1?outcome=failed");
    await press(user, "Send a test");
    expect(await screen.findByText("The test is on its way…")).toBeTruthy();
    expect(router.state.location.search).toBe("");
    arrived = true;
    expect(await screen.findByText("The test was delivered: answered 204.")).toBeTruthy();
    expect(calls(TEST)[0]?.headers.get("idempotency-key")).toBeTruthy();
  });

  it("is sent another test once a former one, whose answer was lost, has arrived there", async () => {
    const test = { ...FAILED, id: "d9", type: "crm.webhook.test.v1", subject: "webhooks/w1" };
    const { calls, user } = open({
      [TEST]: () => problem(503, "unavailable", { "retry-after": "60" }),
      [LOG]: () => (calls(TEST).length > 1 ? all(test, FAILED) : all(FAILED)),
    });
    await screen.findByText("crm.order.applied.v1");
    for (const count of [1, 2]) {
      await press(user, "Send a test");
      await waitFor(() => expect(calls(TEST).length).toBe(count));
    }
    await screen.findByText("crm.webhook.test.v1");
    await press(user, "Send a test");
    await waitFor(() => expect(calls(TEST).length).toBe(3));
    const [first, again, other] = calls(TEST).map(({ headers }) => headers.get("idempotency-key"));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("opens a delivery with its event, from its address too, and sends it once more", async () => {
    const { calls, user, router } = open(
      {
        "GET /api/webhooks/w1/deliveries/d1": () => ({ ...FAILED, event: EVENT }),
        "GET /api/webhooks/w1/deliveries/d2": () => ({
          ...FAILED,
          id: "d2",
          excerpt: "of another",
          event: EVENT,
        }),
        [RESEND]: () => json({ id: "d1", eventId: "e1" }, { status: 202 }),
      },
      "/webhooks/w1?outcome=failed&delivery=d1",
    );
    const shown = await dialog();
    expect((await shown.findByRole("region", { name: "The event as it is sent" })).textContent).toContain(
      '"customerId": "c1"',
    );
    expect(shown.getByText("out of order")).toBeTruthy();
    expect(shown.getByText("1,234 ms")).toBeTruthy();
    expect(shown.getByRole("link", { name: "orders/o1" }).getAttribute("href")).toBe("/orders/o1");
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.click(shown.getByRole("button", { name: "Resend" }));
    expect(await shown.findByText("It is sent once more")).toBeTruthy();
    expect(calls(RESEND)[0]?.headers.get("idempotency-key")).toBeTruthy();
    // That says nothing of another one, to which one may come by the browser's own buttons.
    await act(() => router.navigate("/webhooks/w1?delivery=d2"));
    expect(await shown.findByText("of another")).toBeTruthy();
    expect(shown.queryByText("It is sent once more")).toBeNull();
    await act(() => router.navigate("/webhooks/w1?outcome=failed&delivery=d1"));
    await user.click(shown.getByRole("button", { name: "Close" }));
    expect(router.state.location.search).toBe("?outcome=failed");
  });

  it("says why something cannot be resent", async () => {
    open({ "GET /api/webhooks/w1/deliveries/d1": () => FAILED }, "/webhooks/w1?delivery=d1");
    const shown = await dialog();
    expect(await shown.findByText(/Somebody of whom the event told was erased/)).toBeTruthy();
    expect(shown.getByRole<HTMLButtonElement>("button", { name: "Resend" }).disabled).toBe(true);
  });
});
