import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as NewCampaignPage } from "./new-campaign-page";

const CREATE = "POST /api/campaigns";
const PREVIEW = "POST /api/campaigns/preview";
const SETTINGS = "GET /api/settings";
const RENDER = "POST /api/campaigns/render";
const ASHA = { id: "u1", email: "asha@example.com", name: "Asha Rao" };
const MEMBER = aCustomer({ ...ASHA, attributes: { plan: "gold", "2ndCity": "Pune" } });
const FUNNEL = {
  steps: [
    { step: "matching", count: 1200, dropped: 0, sample: [ASHA], droppedSample: [] },
    {
      step: "reachable",
      count: 1000,
      dropped: 200,
      sample: [],
      droppedSample: [{ id: "u2", email: "b@x.in" }],
    },
  ],
  willSend: 1000,
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

const refusal = (...errors: { field: string; reason: string }[]) =>
  json({ type: "about:blank", title: "x", status: 422, code: "invalid", errors }, { status: 422 });

async function open(answers: Answers = {}, address = "/campaigns/new") {
  signedIn();
  const calls = serve({
    [SETTINGS]: () => ({ currency: "INR" }),
    "GET /api/segments": () => all({ id: "s1", name: "Big spenders", kind: "rules", state: "live" }),
    "GET /api/segments/s1": () => ({ id: "s1", name: "Big spenders" }),
    "GET /api/segments/s1/members": () => all(MEMBER),
    [PREVIEW]: () => FUNNEL,
    [RENDER]: () => ({ messages: [{ subject: "Hi Asha", body: "Hello Asha" }] }),
    ...answers,
  });
  const router = openPage(NewCampaignPage, "/campaigns/new", address);
  await screen.findByRole("navigation", { name: "Steps" });
  return { calls, router, user: userEvent.setup() };
}

type User = ReturnType<typeof userEvent.setup>;

const press = (user: User, name: string | RegExp) => user.click(screen.getByRole("button", { name }));
const next = (user: User) => press(user, /^Next/);
const step = (user: User, number: number) => press(user, new RegExp(`^Step ${number}`));
const body = (call: { body: string } | undefined) => JSON.parse(call?.body ?? "null");

/** Fills in what every campaign needs, and stays in the step of the message. */
async function fill(user: User) {
  await screen.findByRole("option", { name: "Big spenders" });
  await user.type(screen.getByLabelText("Campaign name"), "Diwali");
  await user.selectOptions(screen.getByLabelText("Segment"), "s1");
  await next(user);
  await user.type(screen.getByLabelText("Subject"), "Hi");
  await user.type(screen.getByLabelText("Message"), "Hello");
}

describe("a new campaign", () => {
  it("goes through four steps to a launch that somebody confirms", async () => {
    const { calls, router, user } = await open({
      [CREATE]: () => json({ id: "c1", status: "sending" }, { status: 202 }),
    });
    await fill(user);
    await next(user);
    await user.type(screen.getByLabelText(/^Held out/), "10");
    await next(user);
    expect(await screen.findByText("Will get it")).toBeTruthy();
    expect(screen.getByText("−200 have none (16.7%)")).toBeTruthy();
    expect(screen.getByText("Asha Rao, asha@example.com")).toBeTruthy();
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
    await press(user, "Launch to 1,000 people…");
    expect(calls(CREATE)).toEqual([]);
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1"));
    const [call] = calls(CREATE);
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    expect(body(call)).toEqual({
      name: "Diwali",
      segmentId: "s1",
      channel: "email",
      variants: [{ subject: "Hi", body: "Hello" }],
      holdout: 0.1,
      attributionDays: 7,
    });
  });

  it("says what it costs at most by the server's reckoning, in the review and once more before the launch", async () => {
    const cost = {
      atMost: 1.2301,
      pricePerMillion: 1230.1,
      currency: "USD",
      region: "us-east-1",
      pricesAsOf: "2026-11-25",
    };
    const { user } = await open({ [PREVIEW]: () => ({ ...FUNNEL, cost }) });
    await fill(user);
    await step(user, 4);
    const said = "At most $1.24 on AWS, without the provider’s own price";
    const card = (await screen.findByText(said)).closest("section");
    expect(card?.textContent).toMatch(
      /\$1,230.10 for a million recipients, by the list prices of us-east-1 of 25 Nov 2026, without free tiers/,
    );
    await press(user, "Launch to 1,000 people…");
    expect(within(screen.getByRole("dialog")).getByText(said)).toBeTruthy();
  });

  it("counts the segments that an SMS is billed by, also where no price is known", async () => {
    const { user } = await open();
    await fill(user);
    await user.click(screen.getByRole("radio", { name: /SMS/ }));
    await step(user, 4);
    expect(await screen.findByText(/these are about 1,000 of them/)).toBeTruthy();
    expect(screen.queryByText(/on AWS/)).toBeNull();
  });

  it("begins with what is set for all campaigns, and sends what stands there in the end", async () => {
    const { calls, user } = await open({
      [SETTINGS]: () => ({
        currency: "INR",
        caps: { messages: 3, days: 7 },
        windows: [{ from: "09:00", until: "24:00", days: ["mon"] }],
        quietHours: { from: "21:00", until: "08:00" },
        timeZone: "Asia/Kolkata",
        ratePerMinute: 600,
        attributionDays: 14,
        holdout: 0.125,
      }),
      [CREATE]: () => json({ id: "c1", status: "draft", variants: [] }, { status: 201 }),
    });
    await fill(user);
    await next(user);
    const cap = within(screen.getByRole("group", { name: /^Frequency cap/ }));
    await user.clear(cap.getByLabelText("Messages"));
    await user.clear(cap.getByLabelText("in days"));
    await press(user, "Save draft");
    await waitFor(() => expect(calls(CREATE)).toHaveLength(1));
    expect(body(calls(CREATE)[0])).toEqual({
      name: "Diwali",
      segmentId: "s1",
      channel: "email",
      variants: [{ subject: "Hi", body: "Hello" }],
      windows: [{ from: "09:00", until: "24:00", days: ["mon"] }],
      quietHours: { from: "21:00", until: "08:00" },
      timeZone: "Asia/Kolkata",
      ratePerMinute: 600,
      attributionDays: 14,
      holdout: 0.125,
      draft: true,
    });
  });

  it("begins without settings that cannot be had, and says so", async () => {
    const { user } = await open({ [SETTINGS]: () => problem(503, "unavailable") });
    expect(screen.getByText(/settings could not be loaded/)).toBeTruthy();
    await step(user, 3);
    expect((screen.getByLabelText("in days") as HTMLInputElement).value).toBe("");
  });

  it("is kept as a draft, under the draft's own address and in the same step", async () => {
    const { calls, router, user } = await open({
      [CREATE]: () =>
        json({ id: "c1", status: "draft", variants: [] }, { status: 201, headers: { etag: '"1"' } }),
    });
    await fill(user);
    await press(user, "Save draft");
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1/edit"));
    expect(router.state.location.search).toBe("?step=message");
    expect(body(calls(CREATE)[0])).toMatchObject({ name: "Diwali", draft: true });
    expect(Object.keys(sessionStorage).filter((key) => key.includes("campaign/"))).toEqual([]);
  });

  it("cannot be saved half-done: the first thing that is missing gets the focus", async () => {
    const { calls, user } = await open();
    await screen.findByRole("option", { name: "Big spenders" });
    await press(user, "Save draft");
    expect(await screen.findByText("Give the campaign a name.")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText("Campaign name"));
    await next(user);
    expect(screen.getByLabelText("Campaign name"), "nor does one get on").toBeTruthy();
    expect(calls(CREATE)).toEqual([]);
  });

  it("says in the review what is still missing, and leads there", async () => {
    const { calls, user } = await open();
    await step(user, 4);
    const missing = within(await screen.findByRole("region", { name: "To be put right" }));
    expect(missing.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Name: Give the campaign a name.",
      "Segment: Choose whom it goes to.",
      "Message 1: An e-mail needs a subject.",
      "Message 1: Write a message.",
    ]);
    expect((screen.getByRole("button", { name: "Launch…" }) as HTMLButtonElement).disabled).toBe(true);
    expect(calls(PREVIEW)).toEqual([]);
    await user.click(missing.getAllByRole("button", { name: "Message 1" })[0] as HTMLElement);
    expect(document.activeElement).toBe(screen.getByLabelText("Subject"));
  });

  it("shows what the server refuses at its field, until that is changed, and loses nothing", async () => {
    const answers = [
      refusal(
        { field: "variants[0]", reason: "cannot be made for b@x.in" },
        { field: "name", reason: "is taken" },
      ),
      json({ id: "c1", status: "sending" }, { status: 202 }),
    ];
    const { router, user } = await open({ [CREATE]: () => answers.shift() });
    await fill(user);
    await step(user, 4);
    await user.click(await screen.findByRole("button", { name: "Launch to 1,000 people…" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
    expect(await screen.findByText("is taken")).toBeTruthy();
    const name = screen.getByLabelText("Campaign name") as HTMLInputElement;
    expect(name.value).toBe("Diwali");
    await user.type(name, " again");
    expect(screen.queryByText("is taken")).toBeNull();
    await step(user, 2);
    expect(screen.getByText("cannot be made for b@x.in")).toBeTruthy();
    await user.type(screen.getByLabelText("Message"), "!");
    await step(user, 4);
    await user.click(await screen.findByRole("button", { name: "Launch to 1,000 people…" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1"));
  });

  it("says when the people could not be counted, and counts again on demand", async () => {
    const answers = [problem(503, "unavailable"), json({ ...FUNNEL, willSend: 0 })];
    const { user } = await open({ [PREVIEW]: () => answers.shift() });
    await fill(user);
    await step(user, 4);
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/Nobody would get this/)).toBeTruthy();
    expect((screen.getByRole("button", { name: "Launch…" }) as HTMLButtonElement).disabled).toBe(true);
  });

  it("says that the segment it came from is no more", async () => {
    await open({}, "/campaigns/new?segment=nope");
    expect(await screen.findByText("There is no such segment any more: choose another one.")).toBeTruthy();
    expect(screen.getByRole("option", { name: "No such segment" })).toBeTruthy();
  });

  it("is launched once though its answer was lost with the page", async () => {
    const first = await open({ [CREATE]: () => problem(503, "unavailable", { "retry-after": "60" }) });
    await fill(first.user);
    await step(first.user, 4);
    const launch = async (user: User) => {
      await user.click(await screen.findByRole("button", { name: "Launch to 1,000 people…" }));
      await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
    };
    await screen.findByText("Will get it");
    await launch(first.user);
    await screen.findByText("Refused: unavailable");
    cleanup();
    const again = await open({ [CREATE]: () => json({ id: "c1", status: "sending" }, { status: 202 }) });
    await step(again.user, 4);
    await screen.findByText("Will get it");
    await launch(again.user);
    await waitFor(() => expect(again.router.state.location.pathname).toBe("/campaigns/c1"));
    const keys = [...first.calls(CREATE), ...again.calls(CREATE)].map(({ headers }) =>
      headers.get("idempotency-key"),
    );
    expect(keys.length).toBe(2);
    expect(keys[1]).toBe(keys[0]);
    expect(sessionStorage.length).toBe(0);
  });

  it("is there again after a reload, of the segment that one came from", async () => {
    const first = await open({}, "/campaigns/new?segment=s1");
    await screen.findByRole("option", { name: "Big spenders" });
    expect((screen.getByLabelText("Segment") as HTMLSelectElement).value).toBe("s1");
    await first.user.type(screen.getByLabelText("Campaign name"), "Diwali");
    document.body.replaceChildren();
    const again = await open({}, "/campaigns/new?segment=s1");
    expect(await screen.findByDisplayValue("Diwali")).toBeTruthy();
    await press(again.user, "Discard it");
    expect((screen.getByLabelText("Campaign name") as HTMLInputElement).value).toBe("");
  });
});

describe("the message", () => {
  it("is shown as somebody of the segment gets it, and as who is found by name", async () => {
    const bina = aCustomer({ id: "u2", email: "bina@x.in", name: "Bina" });
    const { calls, user } = await open({
      [RENDER]: ({ body: asked }) =>
        JSON.parse(asked).email === "bina@x.in"
          ? { messages: [{ subject: "Hi Bina", body: "Hello Bina" }] }
          : { messages: [{ subject: "Hi Asha", body: "<p>Hello Asha</p>" }] },
      "GET /api/customers": ({ query }) => (query.get("search") === "bi" ? all(bina) : all()),
    });
    await fill(user);
    const shown = (await screen.findByTitle("Body of Hi Asha")) as HTMLIFrameElement;
    expect(shown.srcdoc).toBe("<p>Hello Asha</p>");
    expect(shown.getAttribute("sandbox"), "no scripts").toBe("");
    expect(body(calls(RENDER)[0])).toMatchObject({ email: "asha@example.com", channel: "email" });
    const search = screen.getByLabelText(/^See it as another customer/);
    await user.type(search, "bi");
    const found = await screen.findByRole("list", { name: "Customers found" });
    expect(await accessibilityFaults(found.parentElement?.parentElement as Element)).toEqual([]);
    await user.keyboard("{Enter}");
    expect(await screen.findByTitle("Body of Hi Bina"), "in the same step").toBeTruthy();
    expect(screen.getByText(/^Shown for Bina, bina@x.in now/)).toBeTruthy();
  });

  it("is asked for as nobody where nobody is found", async () => {
    const { calls, user } = await open({ "GET /api/customers": () => all() });
    await step(user, 2);
    await user.type(screen.getByLabelText(/^See it as another customer/), "x{Enter}");
    expect(await screen.findByText("Nobody matches “x”.")).toBeTruthy();
    expect(calls(RENDER)).toEqual([]);
    expect(screen.getByLabelText("Message"), "in the same step").toBeTruthy();
  });

  it("has what the server cannot make of it said at its field, until that is changed", async () => {
    const { user } = await open({
      [RENDER]: ({ body: asked }) =>
        JSON.parse(asked).variants[0].body === "Hello"
          ? refusal({ field: "variants[0].body", reason: "unknown name: nmae" })
          : { messages: [{ subject: "Hi Asha", body: "Hello Asha" }] },
    });
    await fill(user);
    const fault = await screen.findByText("unknown name: nmae");
    expect(screen.getByLabelText("Message").getAttribute("aria-describedby")).toContain(fault.id);
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    await user.type(screen.getByLabelText("Message"), "!");
    expect(screen.queryByText("unknown name: nmae")).toBeNull();
    expect(await screen.findByTitle("Body of Hi Asha")).toBeTruthy();
  });

  it("leaves the focus where one goes on: in a new variant, and at the button once one is removed", async () => {
    const { user } = await open();
    await fill(user);
    await press(user, "Another variant");
    expect(document.activeElement).toBe(screen.getAllByLabelText("Subject")[1]);
    await press(user, "Remove Variant 2");
    const another = screen.getByRole("button", { name: "Another variant" });
    expect(document.activeElement).toBe(another);
  });

  it("of an SMS is counted in segments while it is typed", async () => {
    const { user } = await open({
      [RENDER]: () => ({ messages: [{ body: "x", segments: 3, encoding: "ucs2" }] }),
    });
    await fill(user);
    await user.click(screen.getByRole("radio", { name: /SMS/ }));
    expect(screen.queryByLabelText("Subject")).toBeNull();
    expect(screen.getByText("5 characters · 1 segment (GSM-7), 155 left")).toBeTruthy();
    await user.type(screen.getByLabelText("Message"), " नमस्ते");
    expect(screen.getByText("12 characters · 1 segment (UCS-2), 58 left")).toBeTruthy();
    expect(await screen.findByText("3 segments (UCS-2)"), "the server's own count").toBeTruthy();
  });

  it("takes placeholders where somebody writes, also those of the segment's own attributes", async () => {
    const { user } = await open();
    await fill(user);
    await user.click(screen.getByLabelText("Subject"));
    await user.click(await screen.findByRole("button", { name: "plan" }));
    expect((screen.getByLabelText("Subject") as HTMLInputElement).value).toBe("Hi{{attributes.plan}}");
    await user.click(screen.getByLabelText("Message"));
    await press(user, "2ndCity");
    await press(user, "E-mail");
    expect((screen.getByLabelText("Message") as HTMLTextAreaElement).value).toBe(
      'Hello{{attributes["2ndCity"]}}{{email}}',
    );
  });

  it("has its removed variants back on demand, beside what was typed since", async () => {
    const { user } = await open();
    render(<Toasts />);
    await fill(user);
    await press(user, "Another variant");
    await press(user, "Remove Variant 1");
    await user.type(screen.getByLabelText("Message"), "New");
    await user.click(screen.getByRole("button", { name: "Undo", description: "Variant 1 removed" }));
    const texts = screen.getAllByLabelText<HTMLTextAreaElement>("Message").map(({ value }) => value);
    expect(texts).toEqual(["Hello", "New"]);
  });

  it("is never asked for with the subject of one channel and the name of another", async () => {
    const { calls, user } = await open();
    await fill(user);
    await screen.findByTitle("Body of Hi Asha");
    await user.click(screen.getByRole("radio", { name: /SMS/ }));
    await waitFor(() => expect(calls(RENDER).map(body).at(-1)).toMatchObject({ channel: "sms" }));
    const asked = calls(RENDER).map(body);
    // Once each, or more often where the machine is slower than somebody types.
    const kinds = asked.map(({ channel, variants: [variant] }) => `${channel} ${"subject" in variant}`);
    expect([...new Set(kinds)]).toEqual(["email true", "sms false"]);
  });

  it("is warned of where it has tags and no HTML", async () => {
    const { user } = await open();
    await fill(user);
    await user.type(screen.getByLabelText("Message"), "<b>you</b>");
    expect(screen.queryByText(/tags such as/)).toBeNull();
    await user.click(screen.getByRole("radio", { name: /WhatsApp/ }));
    expect(screen.getByText(/tags such as <p> are sent as they are typed/)).toBeTruthy();
  });

  it("has variants with shares, which can be tested first", async () => {
    const { user } = await open();
    await fill(user);
    await press(user, "Another variant");
    const [, second] = screen.getAllByRole("group", { name: /^Variant/ }) as [HTMLElement, HTMLElement];
    await user.type(within(second).getByLabelText(/^Share/), "3");
    expect(within(second).getByText(/75% of the recipients get it/)).toBeTruthy();
    await step(user, 3);
    await user.click(screen.getByRole("checkbox", { name: "Test the variants first" }));
    await user.clear(screen.getByLabelText("The test lasts"));
    await user.type(screen.getByLabelText("The test lasts"), "1530");
    expect(screen.getByText("That is 1 day 1 hour 30 minutes.")).toBeTruthy();
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
    await step(user, 2);
    await press(user, "Remove Variant 2");
    await step(user, 3);
    const box = screen.getByRole("checkbox", { name: "Test the variants first" }) as HTMLInputElement;
    expect([box.disabled, box.checked]).toEqual([true, false]);
  });
});

describe("the schedule", () => {
  it("does not take a moment that has passed", async () => {
    const { user } = await open();
    await fill(user);
    await step(user, 3);
    await user.click(screen.getByRole("radio", { name: /At a moment/ }));
    await user.type(screen.getByLabelText("Day and time"), "2020-01-01T09:00");
    await next(user);
    expect(await screen.findByText("This has passed: choose a later time.")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText("Day and time"));
  });

  it("goes by each one's clock, within hours, outside quiet ones, and slowly", async () => {
    const { calls, user } = await open({
      [CREATE]: () => json({ id: "c1", status: "scheduled" }, { status: 202 }),
    });
    await fill(user);
    await step(user, 3);
    expect(screen.queryByLabelText(/^Time zone/)).toBeNull();
    await user.click(screen.getByRole("radio", { name: /By each one’s clock/ }));
    await user.type(screen.getByLabelText("Day and time"), "2126-12-01T09:00");
    await press(user, "Only at certain hours");
    await user.click(screen.getByRole("checkbox", { name: "Sat" }));
    await user.type(screen.getByLabelText("Quiet hours from"), "21:00");
    await user.type(screen.getByLabelText("Quiet hours until"), "08:00");
    await user.type(screen.getByLabelText(/^Time zone/), "Asia/Kolkata");
    await user.type(screen.getByLabelText(/^Messages a minute/), "600");
    await user.type(screen.getByLabelText("Messages"), "3");
    await user.type(screen.getByLabelText("in days"), "7");
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
    await next(user);
    expect(await screen.findByText("Sat 09:00 to 20:00")).toBeTruthy();
    await user.click(await screen.findByRole("button", { name: "Launch to 1,000 people…" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Launch" }));
    await waitFor(() => expect(calls(CREATE).length).toBe(1));
    expect(body(calls(CREATE)[0])).toMatchObject({
      localTime: "2126-12-01T09:00",
      timeZone: "Asia/Kolkata",
      windows: [{ from: "09:00", until: "20:00", days: ["sat"] }],
      quietHours: { from: "21:00", until: "08:00" },
      ratePerMinute: 600,
      caps: { messages: 3, days: 7 },
    });
  });
});
