/** An administrator puts an address on the suppression list, finds it there, and takes it off again. */
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const email = stack.email("nomore");
  const admin = await stack.signedIn("admin", "/suppressions");
  const { page } = admin;
  admin.expect(/^422 of POST .*\/api\/suppressions$/);
  await page.getByLabel("E-mail addresses").fill(`${email}\nnot an address`);
  await page.getByRole("button", { name: "Add to the list" }).click();
  await page.getByRole("list", { name: "Not accepted" }).getByText("not an address").waitFor();
  await page.getByLabel("E-mail addresses").fill(email);
  await page.getByRole("button", { name: "Add to the list" }).click();
  await page.getByText(/on the list (now|already)\./).waitFor();

  const lookUp = async () => {
    await page.getByLabel("A whole address").fill(email.toUpperCase());
    await page.getByRole("button", { name: "Look up" }).click();
  };
  await lookUp();
  const found = page.getByRole("table").getByRole("row");
  await page.getByText("1 address, all shown").waitFor();
  await found
    .nth(1)
    .getByRole("button", { name: /^Take off the list/ })
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Take it off" }).click();
  await page.getByText("The address may be written to again").waitFor();
  await page.getByText(`${email.toUpperCase()} is not on the list`).waitFor();
});
