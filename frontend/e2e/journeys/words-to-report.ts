/**
 * From plain words to a result in plain words: a segment by its description, a campaign to it in a wording of the
 * assistant, which is watched until it is over, its report, and its summary.
 */
import assert from "node:assert/strict";
import { journey, until } from "../stack.ts";

const PEOPLE = 6;
const MATCHING = 4;
const SPENT = 7_500;

await journey(async (stack) => {
  const { mark } = stack;
  const tag = `tea${mark}`;
  await stack.customers(PEOPLE, () => ({ tags: [tag] }));
  const items = Array.from({ length: MATCHING }, (_, index) => ({
    email: stack.email(`person${index}`),
    orderId: `WORDS-${mark}-${index}`,
    total: SPENT,
  }));
  await stack.api("POST", "/api/orders", { items });
  // A count is asked for once as rules change, and not again because somebody has bought something.
  const rules = {
    combinator: "and",
    rules: [
      { field: "tags", operator: "contains", value: tag },
      { field: "totalSpend", operator: ">", value: 5_000 },
    ],
  };
  await until("what they spent", async () => {
    const { count } = await stack.api<{ count: number }>("POST", "/api/segments/preview", { rules });
    return count === MATCHING;
  });

  const marketer = await stack.signedIn("marketer", "/segments/new");
  const { page } = marketer;
  await marketer.heading("New segment").waitFor();
  const words = page.getByRole("region", { name: "In plain words" });
  await words
    .getByLabel("Describe the people in plain words")
    .fill(`customers tagged ${tag} who spent over ₹5,000`);
  await page.keyboard.press("Enter");
  await words.getByText("Answered by Gemini.").waitFor();
  await words.getByText(new RegExp(`tagged “?${tag}`)).waitFor();
  // Nothing has changed below before somebody says so.
  assert.equal(await page.getByLabel("Tags: value").count(), 0);
  await words.getByRole("button", { name: "Use these rules" }).click();
  await words.getByText("These rules are in the builder.").waitFor();
  const preview = page.getByRole("status").filter({ hasText: /of [\d,]+ customers/ });
  await preview.filter({ hasText: new RegExp(`^${MATCHING} of`) }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill(`Tea drinkers ${mark}`);
  await page.getByRole("button", { name: "Create segment" }).click();
  await marketer.heading(`Tea drinkers ${mark}`).waitFor();
  await page.getByText(`${MATCHING} members, all shown`).waitFor();

  await page.getByRole("link", { name: "Write to them" }).click();
  await marketer.heading("New campaign").waitFor();
  const next = page.getByRole("button", { name: /^Next/ });
  await page.getByLabel("Campaign name").fill(`Thanks ${mark}`);
  await next.click();
  await page.getByRole("button", { name: "Write with the assistant" }).click();
  await page.getByLabel("Objective").fill("Thank those who love our tea");
  await page.getByRole("combobox", { name: "How many" }).selectOption("2");
  await page.getByRole("button", { name: "2 messages for e-mail" }).click();
  const proposed = page.getByRole("region", { name: "Proposed messages" });
  await proposed.getByText("2 proposals.", { exact: false }).waitFor();
  const first = proposed.getByRole("article").first();
  const subject = await first.getByRole("paragraph").first().textContent();
  await first.getByRole("button", { name: "Use this one" }).click();
  await first.getByText("Taken over").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Subject" }).inputValue(), subject);
  await next.click();
  await page.getByText("The first message goes out").waitFor();
  await next.click();
  await page.getByText("Will get it").waitFor();
  await page.getByRole("button", { name: `Launch to ${MATCHING} people…` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Launch", exact: true }).click();

  await marketer.heading(`Thanks ${mark}`).waitFor();
  await page.getByText("sent", { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: `${MATCHING} recipients` }).waitFor();
  await page.getByText(`${MATCHING} messages, all shown`).waitFor();
  await page.getByText(/^Counted .*Orders count that were placed within/).waitFor();

  await page.getByRole("button", { name: "Summarise results" }).click();
  await page.getByRole("button", { name: "Summarise again" }).waitFor();
  const told = page.getByRole("status").filter({ hasText: /Answered (by Gemini|offline)/ });
  assert.match((await told.textContent()) ?? "", /\d/, "a summary without any figure");
});
