import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as SettingsPage } from "./settings-page";

const SHOW = "GET /api/settings";
const CHANGE = "PATCH /api/settings";
const GIVEN = {
  currency: "INR",
  version: "0.1.0",
  consentDefaults: { email: true, sms: false, whatsapp: false },
};
const SET = { ...GIVEN, caps: { messages: 3, days: 7 }, attributionDays: 14, holdout: 0.1 };

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

const tagged = (settings: object, version: number) => json(settings, { headers: { etag: `"${version}"` } });
const refusal = (...errors: { field: string; reason: string }[]) =>
  json({ type: "about:blank", status: 422, code: "invalid_input", errors }, { status: 422 });

function PageWithToasts() {
  return (
    <>
      <SettingsPage />
      <Toasts />
    </>
  );
}

async function open(answers: Answers = {}, role: Role = "admin") {
  signedIn(role);
  const calls = serve({ [SHOW]: () => tagged(SET, 4), ...answers });
  openPage(PageWithToasts, "/settings", "/settings");
  await screen.findByText("Currency");
  return { calls, user: userEvent.setup() };
}

type User = ReturnType<typeof userEvent.setup>;

const save = (user: User) => user.click(screen.getByRole("button", { name: "Save settings" }));
const field = (name: string | RegExp) => screen.getByLabelText(name) as HTMLInputElement;
const body = (call: { body: string } | undefined) => JSON.parse(call?.body ?? "null");

async function type(user: User, name: string | RegExp, text: string) {
  await user.clear(field(name));
  if (text) await user.type(field(name), text);
}

describe("the settings", () => {
  it("show what is set, and what the deployment was given", async () => {
    await open();
    expect(field("Messages").value).toBe("3");
    expect(field(/^Held out/).value).toBe("10");
    const deployment = within(screen.getByText("Deployment").closest("section") as HTMLElement);
    expect(deployment.getByText("INR")).toBeTruthy();
    expect(deployment.getAllByText("no consent")).toHaveLength(2);
    expect(await accessibilityFaults(document.querySelector("h1")?.closest("div") as Element)).toEqual([]);
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
  });

  it("say when they cannot be had, and ask again on demand", async () => {
    signedIn();
    const answers = [problem(503, "unavailable"), tagged(SET, 4)];
    serve({ [SHOW]: () => answers.shift() });
    openPage(SettingsPage, "/settings", "/settings");
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Currency")).toBeTruthy();
  });

  it("are saved as far as they have changed, on condition of what was seen", async () => {
    const { calls, user } = await open({
      [CHANGE]: () =>
        tagged({ ...GIVEN, attributionDays: 30, quietHours: { from: "21:00", until: "24:00" } }, 5),
    });
    await type(user, "Messages", "");
    await type(user, "in days", "");
    await type(user, /^Held out/, "");
    await type(user, "Orders count for", "30");
    await user.type(field("Quiet hours from"), "21:00");
    await user.type(field("Quiet hours until"), "00:00");
    expect(screen.getByText("Changes are not saved yet; this tab keeps them.")).toBeTruthy();
    await save(user);
    expect(await screen.findByText("Settings saved")).toBeTruthy();
    const [call] = calls(CHANGE);
    expect(call?.headers.get("if-match")).toBe('"4"');
    expect(body(call)).toEqual({
      caps: null,
      holdout: null,
      attributionDays: 30,
      quietHours: { from: "21:00", until: "24:00" },
    });
    expect(screen.getByText("All of it is saved.")).toBeTruthy();
    expect(Object.keys(sessionStorage).filter((key) => key.includes("settings/"))).toEqual([]);
    await type(user, "Orders count for", "31");
    await save(user);
    await waitFor(() => expect(calls(CHANGE)).toHaveLength(2));
    expect(calls(CHANGE)[1]?.headers.get("if-match")).toBe('"5"');
    expect(body(calls(CHANGE)[1])).toEqual({ attributionDays: 31 });
  });

  it("are not sent with a fault that the form can tell, which gets the focus", async () => {
    const { calls, user } = await open();
    await type(user, "in days", "91");
    expect(screen.queryByText("Must be from 1 to 90.")).toBeNull();
    await save(user);
    expect(screen.getByText("Must be from 1 to 90.")).toBeTruthy();
    expect(document.activeElement).toBe(field("in days"));
    expect(calls(CHANGE)).toEqual([]);
  });

  it("take hours out and put them back, beside others that were added meanwhile", async () => {
    const { user } = await open();
    const press = (name: string) => user.click(screen.getByRole("button", { name }));
    const begins = () =>
      screen.getAllByLabelText<HTMLInputElement>(/^Hours \d: from$/).map(({ value }) => value);
    await press("Only at certain hours");
    expect(document.activeElement).toBe(field("Hours 1: from"));
    fireEvent.change(field("Hours 1: from"), { target: { value: "06:00" } });
    await press("Remove Hours 1");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Only at certain hours" }));
    await press("Only at certain hours");
    expect(begins()).toEqual(["09:00"]);
    await user.click(screen.getByRole("button", { name: "Undo", description: "Hours 1 removed" }));
    expect(begins()).toEqual(["06:00", "09:00"]);
    for (let more = 0; more < 5; more++) await press("More hours");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "More hours" }).disabled).toBe(true);
    await press("Remove Hours 7");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "More hours" }));
  });

  it("say at both ends of a time what is missing of it", async () => {
    const { user } = await open({ [SHOW]: () => tagged({ ...SET, quietHours: undefined }, 4) });
    await user.type(field("Quiet hours from"), "21:00");
    await user.click(screen.getByRole("button", { name: "Save settings" }));
    const fault = screen.getByText("Say when they end.");
    expect(field("Quiet hours until").getAttribute("aria-describedby")).toBe(fault.id);
    expect(field("Quiet hours from").getAttribute("aria-describedby")).toBe(fault.id);
  });

  it("show what the server refuses at its field until that is changed, and the rest beside the button", async () => {
    const { user } = await open({
      [CHANGE]: () =>
        refusal(
          { field: "timeZone", reason: "must be an IANA time zone" },
          { field: "other", reason: "is odd" },
        ),
    });
    await type(user, /^Time zone/, "Mars");
    await save(user);
    const zone = field(/^Time zone/);
    await waitFor(() => expect(zone.getAttribute("aria-invalid")).toBe("true"));
    expect(screen.getByText("must be an IANA time zone")).toBeTruthy();
    expect(
      within(screen.getByRole("alert"))
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual(["other: is odd"]);
    await user.type(zone, "x");
    expect(zone.getAttribute("aria-invalid")).toBeNull();
  });

  it("tell that somebody else was faster, and keep what both have changed", async () => {
    const shown = [tagged(SET, 4), tagged({ ...SET, holdout: 0.2, caps: { messages: 5, days: 30 } }, 5)];
    const changed = [problem(412, "precondition_failed"), tagged(SET, 6)];
    const { calls, user } = await open({ [SHOW]: () => shown.shift(), [CHANGE]: () => changed.shift() });
    await type(user, "Messages", "4");
    await save(user);
    expect(await screen.findByText("Somebody else has changed the settings meanwhile")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Reload and keep my changes" }));
    await waitFor(() => expect(field(/^Held out/).value).toBe("20"));
    expect([field("Messages").value, field("in days").value]).toEqual(["4", "7"]);
    await save(user);
    await waitFor(() => expect(calls(CHANGE)).toHaveLength(2));
    expect(calls(CHANGE)[1]?.headers.get("if-match")).toBe('"5"');
    expect(body(calls(CHANGE)[1])).toEqual({ caps: { messages: 4, days: 7 } });
  });

  it("are found again after a reload, with what was typed", async () => {
    const { user } = await open();
    await type(user, "Messages", "9");
    cleanup();
    await open();
    expect(field("Messages").value).toBe("9");
    await user.click(screen.getByRole("button", { name: /^Discard/ }));
    expect(field("Messages").value).toBe("3");
  });

  it.each<Role>(["analyst", "marketer"])("are only to be read for a %s", async (role) => {
    await open({}, role);
    expect(screen.getByText("An owner or administrator can change them.")).toBeTruthy();
    expect(field("Messages").matches(":disabled")).toBe(true);
    expect(screen.queryByRole("button", { name: "Save settings" })).toBeNull();
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
  });
});
