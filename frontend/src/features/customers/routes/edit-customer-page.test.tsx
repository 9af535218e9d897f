import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type Answers, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as EditCustomerPage } from "./edit-customer-page";

const READ = "GET /api/customers/c1";
const SAVE = "PATCH /api/customers/c1";
const ASHA = aCustomer({
  name: "Asha",
  city: "Pune",
  tags: ["vip"],
  attributes: { size: 38 },
  visits: 3,
  createdAt: "2026-01-05T10:20:30Z",
  smsConsent: false,
  whatsappConsent: false,
});
const tagged = (customer: object, etag: string) => json(customer, { headers: { etag } });

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answers: Answers = {}) {
  const calls = serve({ [READ]: () => tagged(ASHA, '"1"'), [SAVE]: () => tagged(ASHA, '"2"'), ...answers });
  const router = openPage(EditCustomerPage, "/customers/:id/edit", "/customers/c1/edit");
  return { calls, router };
}

const box = (name: string) => screen.findByLabelText<HTMLInputElement>(name);
const save = () => userEvent.click(screen.getByRole("button", { name: "Save changes" }));
async function retype(name: string, text: string) {
  await userEvent.clear(await box(name));
  await userEvent.type(await box(name), text);
}

describe("saving", () => {
  it("sends what has changed, and only that, with the tag of what was read", async () => {
    const { calls, router } = open();
    await retype("Name (optional)", "Asha Rao");
    await userEvent.clear(await box("City (optional)"));
    await userEvent.type(await box("Tags"), "new{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Take away vip" }));
    await retype("size: value", "39.5");
    await userEvent.click(screen.getByRole("button", { name: "Add an attribute" }));
    expect(document.activeElement).toBe(await box("Attribute 2: name"));
    await userEvent.keyboard("member");
    await userEvent.selectOptions(await box("member: type"), "yes or no");
    await userEvent.selectOptions(await box("member: value"), "no");
    await userEvent.click(await box("SMS"));
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
    await retype("Time zone (optional)", "Asia/Kolkata");
    expect(screen.getByText(/^It is .* there now\.$/)).toBeTruthy();
    fireEvent.change(await box("Last active"), { target: { value: "2026-11-20T09:15" } });
    await save();

    expect(await screen.findByText("Elsewhere")).toBeTruthy();
    expect(router.state.location.pathname).toBe("/customers/c1");
    const [call] = calls(SAVE);
    expect(call?.headers.get("if-match")).toBe('"1"');
    expect(JSON.parse(call?.body ?? "")).toEqual({
      name: "Asha Rao",
      city: null,
      timeZone: "Asia/Kolkata",
      tags: ["new"],
      attributes: { size: 39.5, member: false },
      smsConsent: true,
      lastActiveAt: new Date(2026, 10, 20, 9, 15).toISOString(),
    });
    expect(sessionStorage.length).toBe(0);
  });

  it("asks the server nothing when nothing has changed", async () => {
    const { calls } = open();
    await box("Name (optional)");
    await save();
    expect(await screen.findByText("Elsewhere")).toBeTruthy();
    expect(calls(SAVE)).toHaveLength(0);
  });

  it("does not send what the form itself can tell to be wrong, and goes to it", async () => {
    const { calls } = open();
    await retype("size: value", "many");
    await save();
    expect(await screen.findByText(/^Write a number/)).toBeTruthy();
    expect(document.activeElement).toBe(await box("size: value"));
    expect(calls(SAVE)).toHaveLength(0);
  });
});

describe("a refused save", () => {
  it("keeps what is typed while the newest state is loading", async () => {
    const answer = Promise.withResolvers<Response>();
    let isLoaded = false;
    open({
      [READ]: () => (isLoaded ? answer.promise : tagged(ASHA, '"1"')),
      [SAVE]: () => problem(412, "precondition_failed"),
    });
    await retype("Name (optional)", "Asha Rao");
    await save();
    isLoaded = true;
    await userEvent.click(await screen.findByRole("button", { name: "Reload and keep my changes" }));
    await userEvent.type(await box("Name (optional)"), " Iyer");
    answer.resolve(tagged({ ...ASHA, city: "Mumbai" }, '"2"'));
    expect(await screen.findByDisplayValue("Mumbai")).toBeTruthy();
    expect((await box("Name (optional)")).value).toBe("Asha Rao Iyer");
  });

  it("shows each fault at its field, and those without one together", async () => {
    const errors = [
      { field: "timeZone", reason: "must be an IANA time zone such as Asia/Kolkata" },
      { field: "tags[0]", reason: "must not be so long" },
      { field: "attributes.size", reason: "must be text" },
      { field: "attributes.gone", reason: "is unknown" },
    ];
    open({ [SAVE]: () => json({ status: 422, code: "invalid", errors }, { status: 422 }) });
    await retype("Name (optional)", "Asha Rao");
    await retype("Time zone (optional)", "Asia/Nowhere");
    await save();
    const alert = await screen.findByRole("alert");
    expect(
      within(alert)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual(["Attribute gone: is unknown"]);
    const zone = await box("Time zone (optional)");
    expect(document.activeElement).toBe(zone);
    const described = (input: HTMLElement) =>
      (input.getAttribute("aria-describedby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent)
        .join(" ");
    expect(described(zone)).toContain("must be an IANA time zone");
    expect(described(await box("Tags"))).toContain("vip: must not be so long");
    expect(described(await box("size: value"))).toContain("must be text");
    expect((await box("Name (optional)")).value).toBe("Asha Rao");
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
  });

  it("loses nothing, neither by an outage nor by a reload, and can be discarded", async () => {
    open({ [SAVE]: () => problem(503, "unavailable") });
    await retype("Name (optional)", "Asha Rao");
    await save();
    expect(await screen.findByText("Refused: unavailable")).toBeTruthy();
    expect((await box("Name (optional)")).value).toBe("Asha Rao");

    cleanup();
    open();
    expect((await box("Name (optional)")).value).toBe("Asha Rao");
    expect(screen.getByText(/have not saved is in the form/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Discard it" }));
    expect((await box("Name (optional)")).value).toBe("Asha");

    cleanup();
    open();
    expect((await box("Name (optional)")).value).toBe("Asha");
    expect(screen.queryByText(/have not saved is in the form/)).toBeNull();
  });

  it("can put back an attribute and a tag that were taken away, and leads to the list where nobody is", async () => {
    const { calls, router } = open();
    render(<Toasts />);
    // Offers of forms before this one may still be there. One stays for as long as the mouse is on it, however slow the
    // machine.
    const point = (said: string) => fireEvent.mouseEnter(screen.getAllByText(said).at(-1) as HTMLElement);
    const undo = (description: string) =>
      screen.getAllByRole("button", { name: "Undo", description }).at(-1) as HTMLElement;
    await userEvent.click(await screen.findByRole("button", { name: "Remove size" }));
    point("size removed");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add an attribute" }));
    await userEvent.click(screen.getByRole("button", { name: "Take away vip" }));
    point("vip taken away");
    await userEvent.click(undo("size removed"));
    await userEvent.click(undo("vip taken away"));
    expect((await box("size: value")).value).toBe("38");
    await save();
    expect(calls(SAVE)).toEqual([]);
    expect(router.state.location.pathname).toBe("/customers/c1");

    cleanup();
    open({ [READ]: () => problem(404, "not_found") });
    expect(await screen.findByRole("link", { name: "All customers" })).toBeTruthy();
  });

  it("is forgotten by Cancel", async () => {
    open();
    await retype("Name (optional)", "Asha Rao");
    await userEvent.click(screen.getByRole("link", { name: "Cancel" }));
    expect(sessionStorage.length).toBe(0);
  });
});

describe("a customer who has changed meanwhile", () => {
  it("is loaded again below the changes, which are then saved on the newest tag", async () => {
    let now = tagged(ASHA, '"1"');
    const { calls } = open({
      [READ]: () => now.clone(),
      [SAVE]: ({ headers }) =>
        headers.get("if-match") === '"7"' ? tagged(ASHA, '"8"') : problem(412, "precondition_failed"),
    });
    await retype("Name (optional)", "Asha Rao");
    await retype("City (optional)", "Mumbai");
    now = tagged({ ...ASHA, city: "Delhi", phone: "+91 1", tags: ["vip", "theirs"] }, '"7"');
    await save();
    expect((await screen.findByRole("alert")).textContent).toContain("Nothing of yours is lost");
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Reload and keep my changes" }));

    expect(await screen.findByText(/You have both changed City: yours stands here/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    expect((await box("Name (optional)")).value).toBe("Asha Rao");
    expect((await box("City (optional)")).value).toBe("Mumbai");
    expect((await box("Phone (optional)")).value).toBe("+91 1");
    expect(screen.getByRole("button", { name: "Take away theirs" })).toBeTruthy();
    await save();
    expect(await screen.findByText("Elsewhere")).toBeTruthy();
    expect(JSON.parse(calls(SAVE)[1]?.body ?? "")).toEqual({ name: "Asha Rao", city: "Mumbai" });
  });

  it("stays as typed when loading again fails, and says why", async () => {
    let answer = () => tagged(ASHA, '"1"');
    open({ [READ]: () => answer(), [SAVE]: () => problem(412, "precondition_failed") });
    await retype("Name (optional)", "Asha Rao");
    await save();
    answer = () => problem(503, "unavailable");
    await userEvent.click(await screen.findByRole("button", { name: "Reload and keep my changes" }));
    expect(await screen.findByText("Refused: unavailable")).toBeTruthy();
    expect((await box("Name (optional)")).value).toBe("Asha Rao");
  });
});

it("leads on to the customer that stays when this one was merged away", async () => {
  const { router } = open({
    [READ]: () => tagged({ ...ASHA, id: "c9" }, '"1"'),
    "GET /api/customers/c9": () => tagged({ ...ASHA, id: "c9" }, '"1"'),
  });
  await box("Name (optional)");
  expect(router.state.location.pathname).toBe("/customers/c9/edit");
  await act(async () => undefined);
});
