/** What somebody has typed and not saved is there again after a reload, and gone once it is saved or discarded. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

const RESTORED = "What you typed here earlier and have not saved is in the form.";

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(1);
  const segment = await stack.segment(`Drafts ${stack.mark}`, 1);
  const marketer = await stack.signedIn("marketer", `/campaigns/new?segment=${segment}`);
  const { page } = marketer;
  const name = page.getByLabel("Campaign name");
  await name.fill(`Draft ${mark}`);
  await page.getByRole("button", { name: "Step 2: Message" }).click();
  await page.getByRole("textbox", { name: "Subject" }).fill("Half a thought");
  await page.getByLabel("Message", { exact: true }).fill("<p>The other half</p>");

  await page.reload();
  await page.getByText(RESTORED).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Subject" }).inputValue(), "Half a thought");
  assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "<p>The other half</p>");

  await page.getByRole("button", { name: "Save draft" }).click();
  await marketer.heading(`Edit Draft ${mark}`).waitFor();
  await page.getByText("All of it is saved as a draft.").waitFor();
  await page.reload();
  await page.getByText("All of it is saved as a draft.").waitFor();
  assert.equal(await page.getByText(RESTORED).count(), 0);
  assert.equal(await page.getByRole("textbox", { name: "Subject" }).inputValue(), "Half a thought");

  await page.goto("/customers/new");
  await page.getByLabel("City").fill("Pune");
  await page.reload();
  assert.equal(await page.getByLabel("City").inputValue(), "Pune");
  await page.getByRole("link", { name: "Cancel" }).click();
  await marketer.heading("Customers").waitFor();
  await page.goto("/customers/new");
  assert.equal(await page.getByLabel("City").inputValue(), "");
});
