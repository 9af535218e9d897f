/** A campaign goes through its four steps, is launched, runs before one's eyes, and ends with its report and log. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

const PEOPLE = 20;

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(PEOPLE);
  const segment = await stack.segment(`Everybody ${stack.mark}`, PEOPLE);
  const marketer = await stack.signedIn("marketer", `/segments/${segment}`);
  const { page } = marketer;
  await page.getByRole("link", { name: "Write to them" }).click();
  await marketer.heading("New campaign").waitFor();

  const next = page.getByRole("button", { name: /^Next/ });
  await next.click();
  await page.getByLabel("Campaign name").fill(`Diwali ${mark}`);
  await page
    .getByRole("option", { name: `Everybody ${mark}`, selected: true })
    .waitFor({ state: "attached" });
  await next.click();

  await page.getByRole("textbox", { name: "Subject" }).fill("Early access, {{name}}");
  await page.getByLabel("Message", { exact: true }).fill("<p>Dear {{name}}, the doors are open.</p>");
  await page.getByText(new RegExp(`^Early access, Person \\d+ ${mark}$`)).waitFor();
  await next.click();
  await page.getByText("The first message goes out").waitFor();
  await next.click();

  await page.getByText("Will get it").waitFor();
  await page.getByRole("button", { name: `Launch to ${PEOPLE} people…` }).click();
  const dialog = page.getByRole("dialog", { name: `Launch to ${PEOPLE} people?` });
  await dialog.getByRole("button", { name: "Launch", exact: true }).click();

  await marketer.heading(`Diwali ${mark}`).waitFor();
  await page.getByText("sent", { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: `${PEOPLE} recipients` }).waitFor();
  await page.getByText("Converted").first().waitFor();
  await page.getByText(`${PEOPLE} messages, all shown`).waitFor();
  // Receipts come in later, by themselves.
  await page.getByRole("cell", { name: "delivered", exact: true }).first().waitFor();

  await page.getByRole("button", { name: "Ask about somebody" }).click();
  const why = page.getByRole("dialog");
  await why.getByRole("textbox").fill(stack.email("person3"));
  await why.getByRole("button", { name: "Ask", exact: true }).click();
  await why
    .getByText(/audience|segment|rules/i)
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await why.waitFor({ state: "hidden" });
  assert.match(marketer.path(), /^\/campaigns\/[\w-]+$/);
});
