import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import { Component as NewCustomerPage } from "./new-customer-page";

const CREATE = "POST /api/customers";

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answer: () => unknown) {
  const calls = serve({ [CREATE]: answer });
  return { calls, router: openPage(NewCustomerPage, "/customers/new", "/customers/new") };
}

const create = () => userEvent.click(screen.getByRole("button", { name: "Create customer" }));
const email = () => screen.findByLabelText<HTMLInputElement>("E-mail", { selector: "[type=email]" });

it("sends what was filled in, says who may be written to, and goes to the list", async () => {
  const { calls, router } = open(() => json({ id: "c1", status: "queued" }, { status: 202 }));
  await userEvent.type(await email(), "asha@example.com");
  await userEvent.type(screen.getByLabelText("City (optional)"), "Pune");
  await userEvent.type(screen.getByLabelText("Tags"), "vip, new,");
  await userEvent.click(screen.getByRole("checkbox", { name: "WhatsApp" }));
  expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
  await create();
  expect(await screen.findByText("Elsewhere")).toBeTruthy();
  expect(router.state.location.pathname).toBe("/customers");
  const [call] = calls(CREATE);
  expect(call?.headers.get("idempotency-key")).toBeTruthy();
  expect(JSON.parse(call?.body ?? "")).toEqual({
    email: "asha@example.com",
    city: "Pune",
    tags: ["vip", "new"],
    emailConsent: false,
    smsConsent: false,
    whatsappConsent: true,
  });
  expect(sessionStorage.length).toBe(0);
});

it("asks for the address, shows what the server says of it, and keeps everything over a reload", async () => {
  const errors = [{ field: "email", reason: "must be at most 254 characters" }];
  const { calls } = open(() => json({ status: 422, code: "invalid", errors }, { status: 422 }));
  await userEvent.type(await screen.findByLabelText("City (optional)"), "Pune");
  await create();
  expect(screen.getByText("Write the address first.")).toBeTruthy();
  expect(document.activeElement).toBe(await email());
  expect(calls(CREATE)).toHaveLength(0);
  await userEvent.keyboard("asha@");
  await create();
  expect(screen.getByText("Write a whole address, such as asha@example.com.")).toBeTruthy();
  expect(calls(CREATE)).toHaveLength(0);
  await userEvent.keyboard("example.com");
  await create();
  expect(await screen.findByText("must be at most 254 characters")).toBeTruthy();

  cleanup();
  open(() => undefined);
  expect((await email()).value).toBe("asha@example.com");
  expect(screen.getByLabelText<HTMLInputElement>("City (optional)").value).toBe("Pune");
  // Somebody else's consents would be theirs, too.
  expect(screen.getByText(/typed here earlier/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Discard it" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
  expect((await email()).value).toBe("");
  expect(screen.getByLabelText<HTMLInputElement>("City (optional)").value).toBe("");
  expect(screen.queryByText(/typed here earlier/)).toBeNull();
  expect(sessionStorage.length).toBe(0);
});
