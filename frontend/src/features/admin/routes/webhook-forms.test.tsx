import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as EditPage } from "./edit-webhook-page";
import { Component as NewPage } from "./new-webhook-page";

const CREATE = "POST /api/webhooks";
const GET = "GET /api/webhooks/w1";
const CHANGE = "PATCH /api/webhooks/w1";
const SHOP = { id: "w1", url: "https://shop.example.com/crm", description: "Web shop", state: "enabled" };
const refusal = (...errors: { field: string; reason: string }[]) =>
  json({ status: 422, errors }, { status: 422 });
const tagged = (body: unknown, version: number) => json(body, { headers: { etag: `"${version}"` } });

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function openNew(answers: Answers = {}) {
  signedIn("admin");
  const calls = serve(answers);
  const router = openPage(NewPage, "/webhooks/new", "/webhooks/new");
  return { calls, user: userEvent.setup(), router };
}

describe("a new webhook", () => {
  it("asks for an address and for events, and says at their fields what is refused", async () => {
    const answers = [
      refusal({ field: "url", reason: "must begin with https://" }),
      refusal({ field: "url", reason: "must name a host of the public Internet" }),
    ];
    const { calls, user } = openNew({ [CREATE]: () => answers.shift() });
    await user.click(await screen.findByRole("radio", { name: /^Chosen ones/ }));
    await user.click(screen.getByRole("button", { name: "Create webhook" }));
    expect(screen.getByText("Write an address first.")).toBeTruthy();
    expect(screen.getByText("Choose at least one.")).toBeTruthy();
    expect(calls(CREATE)).toEqual([]);
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);

    const address = screen.getByLabelText("Address");
    expect(document.activeElement).toBe(address);
    await user.type(address, "http://shop.example.com");
    await user.click(screen.getByRole("checkbox", { name: /crm\.order\.applied\.v1/ }));
    await user.click(screen.getByRole("button", { name: "Create webhook" }));
    expect(await screen.findByText("must begin with https://")).toBeTruthy();
    expect(address.getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByRole("alert")?.textContent ?? "").not.toContain("https://");
    await user.clear(address);
    await user.type(address, "https://10.0.0.1/{Enter}");
    expect(await screen.findByText("must name a host of the public Internet")).toBeTruthy();
    expect(JSON.parse(calls(CREATE)[1]?.body ?? "")).toEqual({
      url: "https://10.0.0.1/",
      types: ["crm.order.applied.v1"],
    });
  });

  it("shows its secret, to be copied, and then leads to the webhook", async () => {
    const { calls, user, router } = openNew({
      [CREATE]: () => json({ ...SHOP, secret: "whsec_abc" }, { status: 201 }),
    });
    await user.type(await screen.findByLabelText("Address"), " https://shop.example.com/crm ");
    await user.type(screen.getByLabelText("Description (optional)"), "Web shop");
    await user.click(screen.getByRole("button", { name: "Create webhook" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByLabelText<HTMLInputElement>("Secret").value).toBe("whsec_abc");
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Copy the secret" }));
    expect(await navigator.clipboard.readText()).toBe("whsec_abc");
    await user.click(dialog.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/webhooks/w1"));
    expect(JSON.parse(calls(CREATE)[0]?.body ?? "")).toEqual({
      url: "https://shop.example.com/crm",
      description: "Web shop",
    });
    expect(calls(CREATE)[0]?.headers.get("idempotency-key")).toBeTruthy();
    expect(Object.keys(sessionStorage).filter((name) => name.includes("webhook"))).toEqual([]);
  });

  it("keeps the form over a reload, and says when there are as many as there may be", async () => {
    const { user } = openNew();
    await user.type(await screen.findByLabelText("Address"), "https://a.example");
    cleanup();
    const again = openNew({ [CREATE]: () => problem(409, "conflict") });
    expect((await screen.findByLabelText<HTMLInputElement>("Address")).value).toBe("https://a.example");
    await again.user.click(screen.getByRole("button", { name: "Create webhook" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Refused: conflict");
    await again.user.click(screen.getByRole("button", { name: "Discard it" }));
    expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("");
  });
});

describe("a change of a webhook", () => {
  function openEdit(answers: Answers) {
    signedIn("admin");
    const calls = serve(answers);
    const router = openPage(EditPage, "/webhooks/:id/edit", "/webhooks/w1/edit");
    return { calls, user: userEvent.setup(), router };
  }

  it("sends what is different alone, of the state that it was based on", async () => {
    const chosen = { ...SHOP, types: ["crm.order.applied.v1"] };
    const { calls, user, router } = openEdit({
      [GET]: () => tagged(chosen, 3),
      [CHANGE]: () => tagged(SHOP, 4),
    });
    const box = await screen.findByRole("checkbox", { name: /crm\.order\.applied\.v1/ });
    expect((box as HTMLInputElement).checked).toBe(true);
    await user.click(screen.getByRole("radio", { name: /^All events/ }));
    await user.clear(screen.getByLabelText("Description (optional)"));
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/webhooks/w1"));
    expect(JSON.parse(calls(CHANGE)[0]?.body ?? "")).toEqual({ types: null, description: null });
    expect(calls(CHANGE)[0]?.headers.get("if-match")).toBe('"3"');
  });

  it("comes on top of what somebody else has saved meanwhile", async () => {
    const states = [tagged(SHOP, 1), tagged({ ...SHOP, description: "Shop in Pune" }, 2)];
    const answers = [problem(412, "precondition_failed"), tagged(SHOP, 3)];
    const { calls, user } = openEdit({
      [GET]: () => (states.length > 1 ? states.shift() : states[0]?.clone()),
      [CHANGE]: () => answers.shift(),
    });
    const address = await screen.findByLabelText("Address");
    await user.clear(address);
    await user.type(address, "https://new.example/");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await user.click(await screen.findByRole("button", { name: "Reload and keep my changes" }));
    await waitFor(() =>
      expect(screen.getByLabelText<HTMLInputElement>("Description (optional)").value).toBe("Shop in Pune"),
    );
    expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("https://new.example/");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await waitFor(() => expect(calls(CHANGE).length).toBe(2));
    expect(JSON.parse(calls(CHANGE)[1]?.body ?? "")).toEqual({ url: "https://new.example/" });
    expect(calls(CHANGE)[1]?.headers.get("if-match")).toBe('"2"');
  });

  it("says that there is none", async () => {
    openEdit({});
    expect(await screen.findByText("There is no such webhook")).toBeTruthy();
  });
});
