import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Attachment, Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import { catchUploads } from "@/testing/uploads";
import "@/testing/dialogs";
import { contentTypeOf } from "./attachment-types";
import { AttachmentsCard } from "./attachments-card";

const LIST = "GET /api/customers/c1/attachments";
const ANNOUNCE = "POST /api/customers/c1/attachments";
const CONTRACT: Attachment = {
  id: "f1",
  name: "contract.pdf",
  contentType: "application/pdf",
  size: 120_000,
  uploadedBy: { id: "u9", name: "Bina" },
  createdAt: "2026-11-20T10:00:00Z",
  state: "stored",
  mayDownload: true,
};
const UPLOAD = {
  method: "PUT",
  url: "https://store.example/f2?signed",
  headers: { "content-type": "text/plain", "x-amz-meta-a": "1" },
  expiresAt: "2026-11-20T10:15:00Z",
};

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers = {}, role: Role = "marketer") {
  signedIn(role);
  const calls = serve({ [LIST]: () => all(CONTRACT), ...answers });
  openPage(() => <AttachmentsCard customerId="c1" />, "/customers/:id", "/customers/c1");
  return calls;
}

const file = (name: string, type: string, content = "hello") => new File([content], name, { type });
const chooser = () => document.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement;
const choose = (...files: File[]) => fireEvent.change(chooser(), { target: { files } });

describe("the files of a customer", () => {
  it("are listed with who added them, and downloaded by a link that is asked for then", async () => {
    const opened = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    const calls = open({
      "GET /api/customers/c1/attachments/f1": () => ({ ...CONTRACT, url: "https://store.example/f1?signed" }),
    });
    const list = await screen.findByRole("list", { name: "Files" });
    expect(list.textContent).toContain("contract.pdf");
    expect(list.textContent).toContain("120 KB, Bina, ");
    expect(calls("GET /api/customers/c1/attachments/f1")).toHaveLength(0);
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Download contract.pdf" }));
    await waitFor(() => expect(opened).toHaveBeenCalledTimes(1));
    expect((opened.mock.contexts[0] as HTMLAnchorElement).href).toBe("https://store.example/f1?signed");
  });

  it("say why one cannot be opened", async () => {
    open({
      [LIST]: () =>
        all(
          { ...CONTRACT, mayDownload: false },
          { ...CONTRACT, id: "f2", name: "late.pdf", state: "waiting", mayDownload: true },
        ),
    });
    const download = (name: string) =>
      screen.getByRole<HTMLButtonElement>("button", { name: `Download ${name}` });
    const reason = (button: HTMLElement) =>
      document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent;
    await screen.findByText("contract.pdf");
    expect(download("contract.pdf").disabled).toBe(true);
    expect(reason(download("contract.pdf"))).toBe("Only who added it, or an owner, can open it.");
    expect(screen.queryByRole("button", { name: "Delete contract.pdf" })).toBeNull();
    expect(download("late.pdf").disabled).toBe(true);
    expect(reason(download("late.pdf"))).toBe("Its content has not arrived yet.");
  });

  it("say what a refused download was refused for", async () => {
    open({ "GET /api/customers/c1/attachments/f1": () => problem(403, "forbidden") });
    await userEvent.click(await screen.findByRole("button", { name: "Download contract.pdf" }));
    expect(await screen.findByText("Refused: forbidden")).toBeTruthy();
  });

  it("are deleted only once that is confirmed", async () => {
    let kept = true;
    const calls = open({
      [LIST]: () => (kept ? all(CONTRACT) : all()),
      "DELETE /api/customers/c1/attachments/f1": () => {
        kept = false;
        return noContent();
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Delete contract.pdf" }));
    const dialog = screen.getByRole("dialog", { name: "Delete “contract.pdf”?" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Keep it" }));
    expect(calls("DELETE /api/customers/c1/attachments/f1")).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Delete contract.pdf" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete file" }));
    expect(await screen.findByText("No files yet")).toBeTruthy();
    expect(calls("DELETE /api/customers/c1/attachments/f1")).toHaveLength(1);
    await waitFor(() => expect(document.activeElement).toBe(chooser()));
  });

  it("leave the focus at the next one when one is deleted, and say that there is no way back", async () => {
    let files = [CONTRACT, { ...CONTRACT, id: "f2", name: "invoice.pdf" }];
    open({
      [LIST]: () => all(...files),
      "DELETE /api/customers/c1/attachments/f1": () => {
        files = files.slice(1);
        return noContent();
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Delete contract.pdf" }));
    expect(screen.getByText("Nobody can open it any more then. This cannot be undone.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Delete file" }));
    const next = await screen.findByRole("button", { name: "Delete invoice.pdf" });
    await waitFor(() => expect(document.activeElement).toBe(next));
    expect(screen.queryByText("contract.pdf")).toBeNull();
  });

  it("can be read by an analyst, who adds and deletes none", async () => {
    open({}, "analyst");
    expect(await screen.findByText("contract.pdf")).toBeTruthy();
    expect(chooser()).toBeNull();
    expect(screen.queryByRole("button", { name: "Delete contract.pdf" })).toBeNull();
  });

  it("can be asked for again when they fail", async () => {
    let answer: () => unknown = () => problem(503, "unavailable");
    open({ [LIST]: () => answer() });
    await screen.findByText("Refused: unavailable");
    answer = () => all(CONTRACT);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("contract.pdf")).toBeTruthy();
  });
});

describe("adding a file", () => {
  const NOTES = { ...CONTRACT, id: "f2", name: "notes.txt" };

  it("puts it where the ticket says, with exactly its headers, and shows how far it is", async () => {
    const sent = catchUploads();
    let stored = false;
    const calls = open({
      [LIST]: () => (stored ? all(CONTRACT, NOTES) : all(CONTRACT)),
      [ANNOUNCE]: () => json({ ...NOTES, state: "waiting", upload: UPLOAD }, { status: 201 }),
    });
    await screen.findByText("contract.pdf");
    choose(file("notes.txt", "text/plain"));
    await waitFor(() => expect(sent).toHaveLength(1));
    const [call] = calls(ANNOUNCE);
    expect(JSON.parse(call?.body ?? "")).toEqual({ name: "notes.txt", contentType: "text/plain", size: 5 });
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    expect(sent[0]).toMatchObject({ method: "PUT", url: UPLOAD.url, headers: UPLOAD.headers });
    expect(await sent[0]?.body?.text()).toBe("hello");
    // No type of its own, which the browser would send along.
    expect(sent[0]?.body?.type).toBe("");

    const bar = screen.getByRole("progressbar", { name: "Upload of notes.txt" });
    await sent[0]?.progress(2);
    expect(bar.getAttribute("aria-valuenow")).toBe("40");
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
    stored = true;
    await sent[0]?.answer(200);
    expect(await screen.findByRole("button", { name: "Download notes.txt" })).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
  });

  it("does not begin with a file that would be refused, but takes the others", async () => {
    const sent = catchUploads();
    const calls = open({ [ANNOUNCE]: () => json({ ...NOTES, upload: UPLOAD }, { status: 201 }) });
    await screen.findByText("contract.pdf");
    const large = file("large.pdf", "application/pdf");
    Object.defineProperty(large, "size", { value: 10_485_761 });
    choose(file("tool.exe", "application/x-msdownload"), large, file("empty.txt", "text/plain", ""));
    const faults = () => screen.getAllByRole("alert").map(({ textContent }) => textContent);
    expect(faults()).toEqual([
      "This type of file cannot be attached.",
      "The file is larger than 10 MB.",
      "The file is empty.",
    ]);
    expect(calls(ANNOUNCE)).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Dismiss tool.exe" }));
    expect(faults()).toHaveLength(2);
    fireEvent.drop(chooser().closest("label") as Element, {
      dataTransfer: { files: [file("notes.txt", "text/plain")] },
    });
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it("that the store refuses is taken back, and can be tried again", async () => {
    const sent = catchUploads();
    let tickets = 1;
    const calls = open({
      [ANNOUNCE]: () => {
        tickets += 1;
        return json({ ...NOTES, id: `f${tickets}`, upload: UPLOAD }, { status: 201 });
      },
      "DELETE /api/customers/c1/attachments/f2": () => noContent(),
    });
    await screen.findByText("contract.pdf");
    choose(file("notes.txt", "text/plain"));
    await waitFor(() => expect(sent).toHaveLength(1));
    await sent[0]?.answer(403);
    expect((await screen.findByRole("alert")).textContent).toContain("The store answered 403.");
    await waitFor(() => expect(calls("DELETE /api/customers/c1/attachments/f2")).toHaveLength(1));
    await userEvent.click(screen.getByRole("button", { name: "Try notes.txt again" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(screen.queryByRole("alert")).toBeNull();
    const keys = calls(ANNOUNCE).map(({ headers }) => headers.get("idempotency-key"));
    expect(new Set(keys).size).toBe(2);
  });

  it("can be cancelled on the way", async () => {
    const sent = catchUploads();
    const calls = open({
      [ANNOUNCE]: () => json({ ...NOTES, upload: UPLOAD }, { status: 201 }),
      "DELETE /api/customers/c1/attachments/f2": () => noContent(),
    });
    await screen.findByText("contract.pdf");
    choose(file("notes.txt", "text/plain"));
    await waitFor(() => expect(sent).toHaveLength(1));
    await userEvent.click(screen.getByRole("button", { name: "Cancel notes.txt" }));
    expect(sent[0]?.aborted).toBe(true);
    await waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
    expect(screen.queryByRole("alert")).toBeNull();
    await waitFor(() => expect(calls("DELETE /api/customers/c1/attachments/f2")).toHaveLength(1));
  });

  it("says what the server refuses", async () => {
    catchUploads();
    const errors = [{ field: "name", reason: "must not be so long" }];
    open({ [ANNOUNCE]: () => json({ status: 422, code: "invalid", errors }, { status: 422 }) });
    await screen.findByText("contract.pdf");
    choose(file("notes.txt", "text/plain"));
    expect((await screen.findByRole("alert")).textContent).toBe(
      "Some entries were not accepted: must not be so long",
    );
  });

  it("is not offered beyond fifty", async () => {
    open({ [LIST]: () => all(...Array.from({ length: 50 }, (_, n) => ({ ...CONTRACT, id: `f${n}` }))) });
    expect(await screen.findByText(/There can be 50 files/)).toBeTruthy();
    expect(chooser().disabled).toBe(true);
  });
});

it.each([
  ["prices.csv", "application/vnd.ms-excel", "text/csv"],
  ["prices.CSV", "", "text/csv"],
  ["note.txt", "text/plain;charset=utf-8", "text/plain"],
  ["photo.jpeg", "image/jpeg", "image/jpeg"],
  ["letter.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["old.xls", "application/vnd.ms-excel", undefined],
  ["constructor", "", undefined],
  ["x.constructor", "", undefined],
])("sends %s of type “%s” as %s", (name, type, sentAs) => {
  expect(contentTypeOf({ name, type })).toBe(sentAs);
});
