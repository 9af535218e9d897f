import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider, useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, type Call, serve } from "@/testing/open";
import { grant, json, problem } from "@/testing/signed-in";
import { Component as SignInPage } from "./sign-in-page";

type Initialize = (of: { client_id: string; callback: (answer: { credential?: string }) => void }) => void;

/** Google's script, as far as the page deals with it. */
const initialize = vi.fn<Initialize>();
const renderButton = vi.fn((place: HTMLElement) => place.replaceChildren("Google's button"));

/** Lets Google's script load, or fail to. */
async function script(outcome: "load" | "error") {
  const tag = await waitFor(() => {
    const found = document.querySelector('script[src^="https://accounts.google.com/gsi/client"]');
    if (!found) throw new Error("Google's script was not asked for");
    return found;
  });
  act(() => {
    tag.dispatchEvent(new Event(outcome));
  });
}

/** What Google calls once the person has chosen an account. */
const chosen = (credential?: string) =>
  act(() => initialize.mock.lastCall?.[0].callback(credential === undefined ? {} : { credential }));

beforeEach(() => {
  vi.stubGlobal("google", { accounts: { id: { initialize: initialize.mockClear(), renderButton } } });
  session.end();
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

const local: Answers = {
  "GET /config.json": () => json({ googleClientId: "", localIdentity: true }),
  "POST /local/identity/token": () => json({ credential: "id-token" }),
};
const googleOnly: Answers = {
  "GET /config.json": () => json({ googleClientId: "client-1", localIdentity: false }),
};

function Where() {
  const { pathname, search } = useLocation();
  return <p>{`At ${pathname}${search}`}</p>;
}

function open(path = "/sign-in") {
  const router = createMemoryRouter(
    [
      { path: "/sign-in", Component: SignInPage },
      { path: "*", Component: Where },
    ],
    { initialEntries: [path] },
  );
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

const press = async () => userEvent.click(await screen.findByRole("button", { name: "Sign in" }));
const bodyOf = ([call]: Call[]) => JSON.parse(call?.body ?? "");

describe("with the development identity provider", () => {
  it("offers one box with the owner's address and one button, and goes where the visitor wanted", async () => {
    const calls = serve({ ...local, "POST /auth/google-jwt": () => grant("token-1") });
    open("/sign-in?next=%2Fcustomers%3Fsearch%3Dasha");
    expect((await screen.findByRole<HTMLInputElement>("textbox", { name: "E-mail" })).value).toBe(
      "owner@example.com",
    );
    expect(screen.getAllByRole("textbox")).toHaveLength(1);
    // Beside those that choose the language.
    const buttons = screen.getAllByRole("button").filter((button) => !button.lang);
    expect(buttons).toHaveLength(1);
    expect(await accessibilityFaults()).toEqual([]);

    await press();
    expect(await screen.findByText("At /customers?search=asha")).toBeTruthy();
    expect(bodyOf(calls("POST /local/identity/token"))).toEqual({ email: "owner@example.com" });
    expect(bodyOf(calls("POST /auth/google-jwt"))).toEqual({ credential: "id-token" });
    expect(session.get()).toMatchObject({ phase: "in", token: "token-1" });
  });

  it("wins over a Google client that is set too", async () => {
    serve({ "GET /config.json": () => json({ googleClientId: "client-1", localIdentity: true }) });
    open();
    expect(await screen.findByLabelText("E-mail")).toBeTruthy();
    expect(document.querySelector("script")).toBeNull();
  });

  it("does not lead out of the app", async () => {
    serve({ ...local, "POST /auth/google-jwt": () => json(grant("token-1")) });
    open("/sign-in?next=%2F%2Fevil.example%2Fcustomers");
    await press();
    expect(await screen.findByText("At /")).toBeTruthy();
  });

  it.each([
    [403, "not_invited", "bina@example.com is not invited.", "Ask an owner or administrator to invite you."],
    [403, "user_disabled", "bina@example.com has been disabled.", "Ask an owner or administrator"],
    [401, "unauthorized", "The sign-in could not be verified.", "Try again"],
    [429, "too_many_requests", "Too many attempts.", "Try again in 40 seconds."],
    [503, "unavailable", "Sign-in is not available at the moment.", "Try again in a minute."],
  ])("says what %i %s means and lets one try again", async (status, code, title, detail) => {
    serve({ ...local, "POST /auth/google-jwt": () => problem(status, code, { "retry-after": "40" }) });
    open();
    const email = await screen.findByLabelText("E-mail");
    await userEvent.clear(email);
    await userEvent.type(email, " bina@example.com");
    await press();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain(title);
    expect(alert.textContent).toContain(detail);
    expect(await accessibilityFaults()).toEqual([]);

    serve({ ...local, "POST /auth/google-jwt": () => json(grant("token-1")) });
    await press();
    expect(await screen.findByText("At /")).toBeTruthy();
  });

  it("says so when there is no connection", async () => {
    serve({ ...local, "POST /local/identity/token": () => Promise.reject(new TypeError("Failed to fetch")) });
    open();
    await press();
    expect((await screen.findByRole("alert")).textContent).toContain("No connection to the server");
  });

  it("objects to an impossible address at its box", async () => {
    serve({ ...local, "POST /local/identity/token": () => problem(422, "invalid_input") });
    open();
    await press();
    expect(await screen.findByText("This is not an e-mail address.")).toBeTruthy();
    expect(screen.getByLabelText("E-mail").getAttribute("aria-invalid")).toBe("true");
    expect(await accessibilityFaults()).toEqual([]);
  });
});

describe("with a Google client", () => {
  const credential = `x.${btoa('{"email":"bina@example.com"}')}.x`;

  it("shows Google's button for it and signs in with what that hands over", async () => {
    const calls = serve({ ...googleOnly, "POST /auth/google-jwt": () => grant("token-1") });
    open("/sign-in?next=%2Forders");
    await script("load");
    expect(await screen.findByText("Google's button")).toBeTruthy();
    expect(initialize.mock.lastCall?.[0].client_id).toBe("client-1");
    expect(screen.queryByLabelText("E-mail")).toBeNull();
    expect(await accessibilityFaults()).toEqual([]);

    chosen(credential);
    expect(await screen.findByText("At /orders")).toBeTruthy();
    expect(bodyOf(calls("POST /auth/google-jwt"))).toEqual({ credential });
  });

  it("names who is not invited", async () => {
    serve({ ...googleOnly, "POST /auth/google-jwt": () => problem(403, "not_invited") });
    open();
    await script("load");
    chosen(credential);
    expect((await screen.findByRole("alert")).textContent).toContain("bina@example.com is not invited.");
  });

  it("says so when Google hands over nothing", async () => {
    serve(googleOnly);
    open();
    await script("load");
    chosen();
    expect((await screen.findByRole("alert")).textContent).toContain("Google did not finish the sign-in.");
  });

  it("says so when Google's script cannot be loaded, and loads it again on demand", async () => {
    serve(googleOnly);
    open();
    await script("error");
    expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await script("load");
    expect(await screen.findByText("Google's button")).toBeTruthy();
  });
});

describe("without any way in", () => {
  it.each<[string, () => Response]>([
    ["an empty configuration", () => json({ googleClientId: "", localIdentity: false })],
    ["none at all", () => problem(404, "not_found")],
    ["a page in its place", () => new Response("<!doctype html>")],
    ["nonsense", () => json({ googleClientId: 7, localIdentity: "yes" })],
    ["null", () => json(null)],
  ])("says that sign-in is not configured: %s", async (_, config) => {
    serve({ "GET /config.json": config });
    open();
    expect(await screen.findByText(/Sign-in is not configured/)).toBeTruthy();
    expect(screen.getByText("GoogleClientId")).toBeTruthy();
    expect(await accessibilityFaults()).toEqual([]);
  });

  it("does not say so when it only could not be asked", async () => {
    serve({ "GET /config.json": () => Promise.reject(new TypeError("Failed to fetch")) });
    open();
    expect((await screen.findByRole("alert")).textContent).toContain("No connection to the server");
    serve(local);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("E-mail")).toBeTruthy();
  });
});

it("greets who has just signed out, and sends who is in already on", async () => {
  serve(local);
  open("/sign-in?next=%2Fsegments");
  expect(await screen.findByRole("heading", { name: "You have signed out" })).toBeTruthy();
  act(() => session.start(grant("token-1")));
  expect(await screen.findByText("At /segments")).toBeTruthy();
});
