/** The session ends while somebody fills in a form: they sign in on the spot, find all that they typed, and send it. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const name = `Half done ${stack.mark}`;
  const marketer = await stack.visitor();
  const { page, context } = marketer;
  await page.clock.install();
  await page.goto("/segments/new");
  await marketer.signIn("marketer");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Total spend: value").fill("123456");

  // Ended on the server, as an administrator does it or 24 hours do; the page learns it when it renews its token.
  const ended = await context.request.post("/auth/logout");
  assert.ok(ended.ok(), String(ended.status()));
  await page.clock.fastForward("20:00");
  await marketer.heading("Your session has ended").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).isVisible(), false);

  await marketer.signIn("marketer");
  await marketer.heading("New segment").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name);
  assert.equal(await page.getByLabel("Total spend: value").inputValue(), "123456");
  await page.getByRole("button", { name: "Create segment" }).click();
  await marketer.heading(name).waitFor();
});
