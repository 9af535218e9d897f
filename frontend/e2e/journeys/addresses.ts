/** Every address is a place: deep links, the back button, and unknown ones that say so. */
import assert from "node:assert/strict";
import { journey, until } from "../stack.ts";

await journey(async (stack) => {
  await stack.customers(1);
  const owner = await stack.signedIn(
    "owner",
    `/customers?search=${encodeURIComponent(stack.email("person0"))}`,
  );
  const { page } = owner;
  await page.getByRole("link", { name: `Person 0 ${stack.mark}` }).click();
  await owner.heading(`Person 0 ${stack.mark}`).waitFor();
  await until("the title", async () => (await page.title()).includes(`Person 0 ${stack.mark} · Mini CRM`));
  await page.getByRole("group", { name: "Show" }).getByText("Orders").click();
  await page.waitForURL("**view=orders");
  await page.reload();
  await page.getByRole("heading", { level: 2, name: "Orders" }).waitFor();
  await page.getByRole("group", { name: "Show" }).getByText("Messages").click();
  await page.waitForURL("**view=messages");
  await page.getByText("No messages yet").waitFor();

  await page.goBack();
  await owner.heading("Customers").waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), stack.email("person0"));
  await owner.row(stack.email("person0")).waitFor();
  await page.goForward();
  await owner.heading(`Person 0 ${stack.mark}`).waitFor();

  await page.goto("/campaigns/new?step=schedule");
  await page.getByText("The first message goes out").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("textbox", { name: "Subject" }).waitFor();
  await page.goBack();
  await page.getByText("The first message goes out").waitFor();

  await page.goto("/no/such/page");
  await owner.heading("There is no such page").waitFor();
  await page.getByRole("link", { name: "To the dashboard" }).click();
  await owner.heading("Dashboard").waitFor();

  owner.expect(/^404 of GET .*\/api\/(customers|segments|campaigns|imports)\//);
  for (const place of ["customers", "segments", "campaigns", "imports"]) {
    await page.goto(`/${place}/00000000-0000-7000-8000-000000000000`);
    await page.getByText("There is no such").or(page.getByRole("alert")).first().waitFor();
    await page
      .getByRole("main")
      .getByRole("link", { name: new RegExp(place, "i") })
      .last()
      .click();
    await page.waitForURL(`**/${place}`);
  }
});
