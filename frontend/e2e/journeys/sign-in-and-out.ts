/** An owner comes to a deep link, signs in, arrives there, and signs out; afterwards nothing is to be seen. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const owner = await stack.visitor();
  const { page } = owner;
  await page.goto("/segments?from=link");
  await page.waitForURL("**/sign-in?next=*");
  await owner.heading("Welcome to Mini CRM").waitFor();
  await owner.signIn("owner");
  await owner.heading("Segments").waitFor();
  assert.equal(owner.path(), "/segments");

  await page.reload();
  await owner.heading("Segments").waitFor();

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByText("owner@journeys.example").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await owner.heading("You have signed out").waitFor();

  await page.goto("/customers");
  await owner.heading("Welcome to Mini CRM").waitFor();
  assert.equal(await page.getByRole("table").count(), 0);
});
