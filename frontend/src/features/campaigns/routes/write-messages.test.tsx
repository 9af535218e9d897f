import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as NewCampaignPage } from "./new-campaign-page";

const ASK = "POST /api/generate-messages";
const wording = (n: number) => ({ body: `Hello ${n}`, smsSegments: n });

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

async function open(answers: Answers) {
  signedIn();
  const calls = serve({
    "GET /api/segments": () => all({ id: "s1", name: "Big spenders", kind: "rules", state: "live" }),
    "GET /api/segments/s1/members": () => all(),
    "POST /api/campaigns/render": () => ({ messages: [] }),
    ...answers,
  });
  openPage(NewCampaignPage, "/campaigns/new", "/campaigns/new?segment=s1&step=message");
  const user = userEvent.setup();
  await user.click(await screen.findByLabelText(/^SMS/));
  return { calls, user };
}

type User = Awaited<ReturnType<typeof open>>["user"];
const typedIn = () =>
  (screen.getAllByLabelText("Message") as HTMLTextAreaElement[]).map(({ value }) => value);
const proposals = () =>
  within(screen.getByRole("region", { name: "Proposed messages" })).getAllByRole("article");
const openCard = (user: User) => user.click(screen.getByRole("button", { name: "Write with the assistant" }));

it("writes for channel, segment, tone and objective of the form, and adds to what was typed", async () => {
  const messages = [wording(1), wording(2), wording(3)];
  const { calls, user } = await open({ [ASK]: () => ({ messages, source: "gemini" }) });
  await user.type(screen.getByLabelText("Message"), "Mine");
  await openCard(user);
  expect(document.activeElement).toBe(screen.getByLabelText("Objective"));
  await user.selectOptions(screen.getByLabelText("Tone"), "Warm");
  await user.type(screen.getByLabelText("Objective"), "Win them back{Enter}");
  await screen.findByText("Hello 1");
  expect(JSON.parse(calls(ASK)[0]?.body ?? "")).toEqual({
    objective: "Win them back",
    channel: "sms",
    segmentId: "s1",
    tone: "warm",
    count: 3,
  });
  expect(screen.getByText("2 segments at most")).toBeTruthy();
  expect(screen.getByText("Answered by Gemini.")).toBeTruthy();
  expect(typedIn(), "nothing is taken over by itself").toEqual(["Mine"]);
  expect(await accessibilityFaults(document.querySelector("form") as Element)).toEqual([]);

  await user.click(within(proposals()[1] as HTMLElement).getByRole("button", { name: "Use this one" }));
  expect(typedIn()).toEqual(["Mine", "Hello 2"]);
  expect(within(proposals()[1] as HTMLElement).getByText("Taken over")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Use all 2" }));
  expect(typedIn()).toEqual(["Mine", "Hello 2", "Hello 1", "Hello 3"]);
});

it("says of what nothing was made", async () => {
  const { user } = await open({
    [ASK]: () => ({ messages: [wording(1)], unsupported: ["asdf qwer"], source: "offline" }),
  });
  await openCard(user);
  await user.type(screen.getByLabelText("Objective"), "asdf qwer{Enter}");
  const unread = await screen.findByRole("list", { name: "Not understood" });
  expect(unread.textContent).toBe("asdf qwer");
  expect(proposals()).toHaveLength(1);
});

it("takes no more than five variants, and says so", async () => {
  const messages = [1, 2, 3, 4, 5].map(wording);
  const { calls, user } = await open({ [ASK]: () => ({ messages, source: "offline" }) });
  await user.type(screen.getByLabelText("Message"), "Mine");
  await openCard(user);
  await user.selectOptions(screen.getByLabelText("How many"), "5");
  await user.type(screen.getByLabelText("Objective"), "Win them back{Enter}");
  await user.click(await screen.findByRole("button", { name: "Use the first 4" }));
  expect(JSON.parse(calls(ASK)[0]?.body ?? "").count).toBe(5);
  expect(typedIn()).toEqual(["Mine", "Hello 1", "Hello 2", "Hello 3", "Hello 4"]);
  const last = within(proposals()[4] as HTMLElement).getByRole("button", { name: "Use this one" });
  expect((last as HTMLButtonElement).disabled).toBe(true);
  expect(screen.getByText(/at most 5 variants/)).toBeTruthy();
});

it("shows the text of an e-mail, and takes its HTML over", async () => {
  const body = "<p>Dear {{name}},</p><p>come back &amp; see.<br>Asha</p>";
  const { user } = await open({
    [ASK]: () => ({ messages: [{ subject: "Hello", body }], source: "gemini" }),
  });
  await user.click(screen.getByRole("radio", { name: /^E-mail/ }));
  await openCard(user);
  await user.type(screen.getByLabelText("Objective"), "Hello{Enter}");
  const [proposal] = await screen.findAllByRole("article");
  expect(within(proposal as HTMLElement).getByText(/come back & see/).textContent).toBe(
    "Dear {{name}},\n\ncome back & see.\nAsha",
  );
  await user.click(screen.getByRole("button", { name: "Use this one" }));
  expect(typedIn()).toEqual([body]);
  expect((screen.getByLabelText("Subject") as HTMLInputElement).value).toBe("Hello");
});

it("does not offer what was written for another channel", async () => {
  const { user } = await open({ [ASK]: () => ({ messages: [wording(1)], source: "gemini" }) });
  await openCard(user);
  await user.type(screen.getByLabelText("Objective"), "Hello{Enter}");
  await screen.findByText("Hello 1");
  await user.click(screen.getByLabelText(/^WhatsApp/));
  expect(screen.getByText(/These were written for SMS. Ask again for WhatsApp/)).toBeTruthy();
  const use = screen.getByRole("button", { name: "Use this one" }) as HTMLButtonElement;
  expect(use.disabled).toBe(true);
});

it("shows a refusal at its field, and keeps all that was typed when the connection is lost", async () => {
  const answers: unknown[] = [
    json(
      {
        type: "about:blank",
        status: 422,
        code: "invalid",
        errors: [{ field: "objective", reason: "is too vague" }],
      },
      { status: 422 },
    ),
  ];
  const { user } = await open({
    [ASK]: () => {
      const answer = answers.shift();
      if (!answer) throw new TypeError("Failed to fetch");
      return answer;
    },
  });
  await openCard(user);
  await user.type(screen.getByLabelText("Objective"), "Hello{Enter}");
  expect(await screen.findByText("is too vague")).toBeTruthy();
  await user.type(screen.getByLabelText("Objective"), " again");
  expect(screen.queryByText("is too vague")).toBeNull();
  await user.keyboard("{Enter}");
  expect((await screen.findByText("No connection to the server")).isConnected).toBe(true);
  expect((screen.getByLabelText("Objective") as HTMLInputElement).value).toBe("Hello again");
});
