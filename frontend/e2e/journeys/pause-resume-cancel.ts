/** A slow campaign is paused, goes on, and is cancelled; who was not written to is not written to any more. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

const PEOPLE = 60;

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(PEOPLE);
  const segmentId = await stack.segment(`Slowly ${stack.mark}`, PEOPLE);
  const { id } = await stack.api<{ id: string }>("POST", "/api/campaigns", {
    name: `Slow ${mark}`,
    segmentId,
    channel: "email",
    variants: [{ subject: "Hello", body: "<p>Hello</p>" }],
    ratePerMinute: 5,
  });
  const marketer = await stack.signedIn("marketer", `/campaigns/${id}`);
  const { page } = marketer;
  const status = (text: string) => page.locator("header").getByText(text, { exact: true });
  await marketer.heading(`Slow ${mark}`).waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await status("paused").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await status("sending").waitFor();

  await page.getByRole("button", { name: "Cancel campaign" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this campaign?" });
  await dialog.getByRole("button", { name: "Go on sending" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Cancel campaign" }).click();
  await dialog.getByRole("button", { name: "Cancel campaign" }).click();
  await status("cancelled").waitFor();
  for (const action of ["Pause", "Resume", "Cancel campaign"]) {
    await page.getByRole("button", { name: action }).waitFor({ state: "detached" });
  }
  const { sent } = await stack.api<{ sent: number }>("GET", `/api/campaigns/${id}`);
  assert.ok(sent < PEOPLE, `${sent} were sent all the same`);
});
