/**
 * What journeys share: a browser, people who sign in as people do, the API for what a journey finds there already, and
 * the rule that nothing may fail unseen: console errors, failed requests and refusals end a journey unless it expects them.
 * `infra/local/journeys.py` starts each journey and says where the stack is.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { launch } from "./browser.ts";

export type Role = "owner" | "admin" | "marketer" | "analyst";
type Person = { email: string; token: string };

/** Long, since the machine may build something else meanwhile; nothing waits longer than it has to. */
const PATIENCE = 150_000;
/** Milliseconds after which nobody asks again. */
const LONGEST_PAUSE = 20_000;
/** Of thousands each step takes longer, and so does each look at all of them. */
export const OF_MANY = { patience: 180_000, every: 500 };
const MANY = 500;
const UNAVAILABLE = [502, 503, 504];
const BUSY = [429, ...UNAVAILABLE];
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
const ROOT = new URL("../../", import.meta.url).pathname;

const url = required("CRM_URL");
const ordersQueue = required("CRM_ORDERS_QUEUE");
const people: Record<Role, Person> = JSON.parse(required("CRM_PEOPLE"));

/** One journey: a file that calls this once. Its name is the file's. */
export async function journey(run: (stack: Stack) => Promise<void>): Promise<void> {
  const browser = await launch();
  const stack = new Stack(browser);
  try {
    await run(stack);
    await stack.assertCalm();
  } catch (error) {
    await stack.picture();
    throw error;
  } finally {
    await browser.close();
  }
}

export class Stack {
  readonly url = url;
  /** In the names of all that this journey makes, so that it finds its own among others'. */
  readonly mark = randomUUID().replaceAll("-", "").slice(0, 10);
  readonly #browser: Browser;
  readonly #visitors: Visitor[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Somebody with a browser profile of their own, who has not been here yet. */
  async visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await this.#browser.newContext({
      baseURL: url,
      viewport: DESKTOP,
      locale: "en-IN",
      timezoneId: "Asia/Kolkata",
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    const visitor = new Visitor(context, await context.newPage());
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Somebody who has signed in by the sign-in page and come to `address`. */
  async signedIn(role: Role, address = "/", options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await this.visitor(options);
    await visitor.page.goto(address);
    await visitor.signIn(role);
    return visitor;
  }

  /** An address that is this journey's alone. */
  email(who: string): string {
    return `${who}.${this.mark}@journeys.example`;
  }

  /** One request past the browser, made again under its key where the API is busy; throws unless it succeeds. */
  async api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const request = {
      method,
      headers: {
        authorization: `Bearer ${people.owner.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
    };
    for (let pause = 250; ; pause *= 2) {
      const response = await fetch(url + path, request);
      const text = await response.text();
      if (BUSY.includes(response.status) && pause < LONGEST_PAUSE) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        continue;
      }
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
      return (text === "" ? undefined : JSON.parse(text)) as T;
    }
  }

  /** An order of another system, straight into the queue; what is wrong with it is found out later. */
  async order(data: Record<string, unknown>): Promise<void> {
    const event = {
      specversion: "1.0",
      id: randomUUID(),
      source: "/journeys",
      type: "crm.order.place.v1",
      time: new Date().toISOString(),
      data,
    };
    const response = await fetch(ordersQueue, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.SendMessage",
        // The local AWS asks who it is for, and believes it.
        authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request",
      },
      body: JSON.stringify({ QueueUrl: ordersQueue, MessageBody: JSON.stringify(event) }),
    });
    assert.ok(response.ok, `the queue answered ${response.status} ${await response.text()}`);
  }

  /** Sets an order aside that nobody can apply; returns once it is among the dead letters. */
  async deadLetter(number: string): Promise<void> {
    await this.order({ email: this.email("nobody"), orderId: number, total: -1 });
    await this.deadLetterBack(number);
  }

  /** Waits until an order is among the dead letters. */
  async deadLetterBack(number: string): Promise<void> {
    type Found = { items: { subjects: { number?: string }[] }[] };
    await until("the dead letter", async () => {
      const { items } = await this.api<Found>("GET", "/api/queues/orders/dead-letters");
      return items.some(({ subjects }) => subjects.some((subject) => subject.number === number));
    });
  }

  /** Customers of this journey, who all consent to e-mail and have its mark as an attribute; returns once they are there. */
  async customers(
    count: number,
    more: (index: number) => Record<string, unknown> = () => ({}),
  ): Promise<void> {
    const items = Array.from({ length: count }, (_, index) => ({
      email: this.email(`person${index}`),
      name: `Person ${index} ${this.mark}`,
      emailConsent: true,
      attributes: { mark: this.mark },
      ...more(index),
    }));
    // As many as one request may bring.
    for (let from = 0; from < count; from += 500) {
      await this.api("POST", "/api/customers", { items: items.slice(from, from + 500) });
    }
    const rules = this.rules();
    await until(
      `${count} customers`,
      async () => {
        const found = await this.api<{ count: number }>("POST", "/api/segments/preview", { rules });
        return found.count === count;
      },
      count > MANY ? OF_MANY : {},
    );
  }

  /** The rules that all customers of this journey match, and nobody else. */
  rules() {
    return {
      combinator: "and",
      rules: [{ field: "attributes.mark", operator: "=", value: this.mark }],
    };
  }

  /** A segment of all customers of this journey, once its members have been found; its id. */
  async segment(name: string, members: number): Promise<string> {
    const { id } = await this.api<{ id: string }>("POST", "/api/segments", {
      name,
      rules: this.rules(),
    });
    await until(
      `the members of ${name}`,
      async () => {
        const segment = await this.api<{ state: string; count?: number }>("GET", `/api/segments/${id}`);
        return segment.state === "live" && segment.count === members;
      },
      members > MANY ? OF_MANY : {},
    );
    return id;
  }

  async assertCalm(): Promise<void> {
    assert.deepEqual(
      this.#visitors.flatMap((one) => one.faults()),
      [],
      "something failed in the browser",
    );
  }

  /** What everybody saw last, for whoever looks into a failure. */
  async picture(): Promise<void> {
    mkdirSync(`${ROOT}target/journeys`, { recursive: true });
    const name = basename(process.argv[1] ?? "journey", ".ts");
    for (const [index, { page }] of this.#visitors.entries()) {
      const path = `${ROOT}target/journeys/${name}-${index}.png`;
      process.stderr.write(`at ${page.url()}, see ${path}\n`);
      await page.screenshot({ path }).catch(() => undefined);
    }
    for (const fault of this.#visitors.flatMap((one) => one.faults())) process.stderr.write(`${fault}\n`);
  }
}

/** One person at one browser. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #faults: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.#faults.push(`page error: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      // Requests are looked at below, with their addresses.
      if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
      this.#faults.push(`console: ${message.text()}`);
    });
    page.on("response", (response) => {
      // The app asks again by itself where nothing was changed: what does not recover is missed by whoever waits for it.
      const isPassing = response.request().method() === "GET" && UNAVAILABLE.includes(response.status());
      if (response.status() < 400 || isPassing) return;
      this.#faults.push(`${response.status()} of ${response.request().method()} ${response.url()}`);
    });
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // What the app itself gave up, because the page that asked is gone or something newer was typed.
      if (reason === "net::ERR_ABORTED") return;
      this.#faults.push(`${reason} of ${request.method()} ${request.url()}`);
    });
  }

  /** A refusal or an outage that belongs to the journey. */
  expect(fault: RegExp): void {
    this.#expected.push(fault);
  }

  faults(): string[] {
    return this.#faults.filter((fault) => !this.#expected.some((expected) => expected.test(fault)));
  }

  /** Fills in the sign-in form that is shown, and waits until it is gone. */
  async signIn(role: Role): Promise<void> {
    const email = this.page.getByLabel("E-mail", { exact: true });
    const button = this.page.getByRole("button", { name: "Sign in" });
    await email.fill(people[role].email);
    await button.click();
    await button.waitFor({ state: "detached" });
  }

  /** The same, in whatever language the form is. */
  async signInAs(role: Role): Promise<void> {
    const form = this.page.locator("form:has(input[type=email])");
    await form.locator("input[type=email]").fill(people[role].email);
    await form.locator("button[type=submit]").click();
    await form.waitFor({ state: "detached" });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** The row of a table that has this text. */
  row(text: string | RegExp): Locator {
    return this.page.getByRole("row").filter({ hasText: text });
  }

  /** The navigation that this width shows. */
  navigation(): Locator {
    return this.page.getByRole("navigation", { name: "Main" }).filter({ visible: true });
  }

  path(): string {
    return new URL(this.page.url()).pathname;
  }
}

/** Waits for what comes true by itself outside of the browser, and looks every so many milliseconds. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  { patience = PATIENCE, every = 100 } = {},
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `${what}: not within ${patience / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

function required(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: journeys are started by python -m infra.local.journeys`);
  return value;
}
