import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { catchUploads } from "@/testing/uploads";
import { Component as ImportsPage } from "./imports-page";

const LIST = "GET /api/imports";
const START = "POST /api/imports";
const TICKET = {
  id: "i1",
  kind: "customers",
  status: "waiting",
  upload: { method: "PUT", url: "https://store.example/i1", headers: {} },
};

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}) {
  signedIn();
  const calls = serve({ [LIST]: () => all(), [START]: () => json(TICKET, { status: 201 }), ...answers });
  const uploads = catchUploads();
  const router = openPage(ImportsPage, "/imports", "/imports");
  return { calls, router, uploads, user: userEvent.setup() };
}

const csv = (text: string, name = "people.csv") => new File([text], name, { type: "text/csv" });
const choose = async (user: ReturnType<typeof userEvent.setup>, file: File) =>
  user.upload(screen.getByLabelText(/CSV file|people\.csv/, { selector: "[type=file]" }), file);
const becomes = (column: string) =>
  screen.findByRole<HTMLSelectElement>("combobox", { name: `${column} becomes` });
const start = (user: ReturnType<typeof userEvent.setup>) =>
  user.click(screen.getByRole("button", { name: "Upload and import" }));

describe("a new import", () => {
  it("shows the columns with their first values, sends the file, and goes to its page", async () => {
    const { calls, router, uploads, user } = open();
    await choose(user, csv("E_Mail,Full Name,shoe\nasha@x.in,Asha,38\nbina@x.in,Bina,\n"));
    expect((await becomes("E_Mail")).value).toBe("email");
    expect((await becomes("Full Name")).value).toBe("name");
    expect((await becomes("shoe")).value).toBe("");
    const table = within(screen.getByRole("table", { name: /Columns of the file/ }));
    expect(table.getByText("asha@x.in · bina@x.in")).toBeTruthy();
    expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);
    await start(user);
    await waitFor(() => expect(uploads).toHaveLength(1));
    expect(JSON.parse(calls(START)[0]?.body ?? "")).toEqual({ kind: "customers" });
    await uploads[0]?.progress(10);
    expect(screen.getByRole("progressbar", { name: "Upload" })).toBeTruthy();
    await uploads[0]?.answer(200);
    await waitFor(() => expect(router.state.location.pathname).toBe("/imports/i1"));
  });

  it("leaves who has gone on to another page there, and offers the way to the import", async () => {
    const { router, uploads, user } = open();
    render(<Toasts />);
    await choose(user, csv("email\na@x.in\n"));
    await start(user);
    await waitFor(() => expect(uploads).toHaveLength(1));
    await act(() => router.navigate("/customers/c1/edit"));
    await uploads[0]?.answer(200);
    expect(await screen.findByText("people.csv is being imported")).toBeTruthy();
    expect(router.state.location.pathname).toBe("/customers/c1/edit");
    await user.click(screen.getByRole("button", { name: "Show it" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/imports/i1"));
  });

  it("sends what was chosen for columns whose names say nothing, attributes too", async () => {
    const { calls, user } = open();
    await choose(user, csv("address;who;shoe\nasha@x.in;Asha;38\n"));
    expect(await screen.findByText("Say which column is E-mail.")).toBeTruthy();
    await start(user);
    expect(calls(START)).toEqual([]);
    await user.selectOptions(await becomes("address"), "E-mail");
    await user.selectOptions(await becomes("who"), "Name");
    await user.selectOptions(await becomes("shoe"), "Attribute shoe");
    expect(screen.queryByText("Say which column is E-mail.")).toBeNull();
    await start(user);
    await waitFor(() => expect(calls(START)).toHaveLength(1));
    expect(JSON.parse(calls(START)[0]?.body ?? "")).toEqual({
      kind: "customers",
      mapping: { email: "address", name: "who", "attributes.shoe": "shoe" },
    });
  });

  it("goes by the names again when something else is in the file", async () => {
    const { user } = open();
    await choose(user, csv("email,amount,visits\na@x.in,5,1\n"));
    await user.selectOptions(await becomes("visits"), "Not used");
    expect(screen.getByText(/Read as Visits all the same/)).toBeTruthy();
    await user.click(screen.getByRole("radio", { name: /^Orders/ }));
    expect((await becomes("amount")).value).toBe("total");
  });

  it("says at its column what the server refuses", async () => {
    const errors = [{ field: "mapping.name", reason: "has too many characters" }];
    const { user } = open({ [START]: () => json({ status: 422, errors }, { status: 422 }) });
    await choose(user, csv("email,who\na@x.in,A\n"));
    await user.selectOptions(await becomes("who"), "Name");
    await start(user);
    expect(await screen.findByText("has too many characters")).toBeTruthy();
    expect((await becomes("who")).getAttribute("aria-invalid")).toBe("true");
  });

  it("asks for a file, and for one that is text", async () => {
    const { calls, user } = open();
    await start(user);
    expect(screen.getByText("Choose a file first.")).toBeTruthy();
    await choose(user, csv("a\0b", "people.csv"));
    expect(await screen.findByText(/No column can be read in this file/)).toBeTruthy();
    await start(user);
    expect(calls(START)).toEqual([]);
  });

  it("says when a file cannot be read, a folder say, and sends nothing of the one before", async () => {
    const { calls, user } = open();
    await choose(user, csv("email\na@x.in\n"));
    await becomes("email");
    const folder = csv("");
    folder.slice = () => ({ text: () => Promise.reject(new Error("no file")) }) as unknown as Blob;
    await choose(user, folder);
    expect((await screen.findByRole("alert")).textContent).toBe(
      "The file could not be read: choose it again.",
    );
    await start(user);
    expect(calls(START)).toEqual([]);
    await choose(user, csv("email\na@x.in\n"));
    await becomes("email");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("cannot begin with a spreadsheet, and says how to make a CSV file of it", async () => {
    const { calls, user } = open();
    await choose(user, csv("PK\u0003\u0004 sheet"));
    const fault = await screen.findByText(/This is a spreadsheet.*save it as CSV/);
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Upload and import" });
    expect(button.disabled).toBe(true);
    expect(button.getAttribute("aria-describedby")).toBe(fault.id);
    await choose(user, csv("email\na@x.in\n"));
    await waitFor(() => expect(button.disabled).toBe(false));
    expect(calls(START)).toEqual([]);
  });

  it("does not send what is too large to be imported", async () => {
    const { calls, user } = open();
    const file = csv("email\na@x.in\n");
    Object.defineProperty(file, "size", { value: 1_000_000_001 });
    await choose(user, file);
    expect(await screen.findByText(/The file is larger than 1 GB/)).toBeTruthy();
    await start(user);
    expect(calls(START)).toEqual([]);
  });

  it("says when the file did not arrive, and sends it again", async () => {
    const { uploads, user } = open();
    await choose(user, csv("email\na@x.in\n"));
    await start(user);
    await waitFor(() => expect(uploads).toHaveLength(1));
    await uploads[0]?.answer(0);
    expect(await screen.findByRole("alert")).toBeTruthy();
    await start(user);
    await waitFor(() => expect(uploads).toHaveLength(2));
  });
});

describe("earlier imports", () => {
  it("are listed, and asked for again after a failure", async () => {
    const job = { id: "i1", kind: "orders", status: "done", rows: 5, accepted: 4, rejected: 1 };
    const answers = [problem(403, "forbidden"), json(all({ ...job, createdAt: "2026-11-20T10:00:00Z" }))];
    const { user } = open({ [LIST]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    const link = await screen.findByRole("link", { name: "Orders" });
    expect(link.getAttribute("href")).toBe("/imports/i1");
  });

  it("are looked at again at leisure while one of them waits for its file", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const waiting = { id: "i1", kind: "orders", status: "waiting", createdAt: "2026-11-20T10:00:00Z" };
    const { calls } = open({ [LIST]: () => all(waiting) });
    await screen.findByRole("link", { name: "Orders" });
    await act(() => vi.advanceTimersByTimeAsync(8_000));
    await waitFor(() => expect(calls(LIST)).toHaveLength(2));
  });

  it("are taught about while there are none", async () => {
    open();
    expect(await screen.findByText("Nothing imported yet")).toBeTruthy();
  });
});
