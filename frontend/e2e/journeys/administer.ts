/**
 * An administrator invites a colleague and gives them another role, creates a key and revokes it, finds all of it in the
 * audit log, and sees how the queues stand.
 */
import assert from "node:assert/strict";
import { journey, until } from "../stack.ts";

await journey(async (stack) => {
  const { mark } = stack;
  const colleague = stack.email("colleague");
  const admin = await stack.signedIn("admin");
  const { page } = admin;
  const go = (name: string) => admin.navigation().getByRole("link", { name, exact: true }).click();

  await go("Users");
  await admin.heading("Users").waitFor();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("Write an address first.").waitFor();
  const invited = page.getByLabel("E-mail", { exact: true });
  await invited.fill(colleague);
  const role = page.getByRole("combobox", { name: "Role" });
  // Nobody gives more than they have.
  assert.deepEqual(await role.getByRole("option").allTextContents(), ["Admin", "Marketer", "Analyst"]);
  await role.selectOption({ label: "Analyst" });
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText(`${colleague} may sign in now`).waitFor();
  const row = admin.row(colleague);
  await row.filter({ hasText: "analyst" }).filter({ hasText: "invited" }).waitFor();

  await row.getByRole("button", { name: `Change the role of ${colleague}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Role" }).selectOption({ label: "Marketer" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText(`${colleague} is marketer now`).waitFor();
  await row.filter({ hasText: "marketer" }).waitFor();

  await go("API keys");
  await admin.heading("API keys").waitFor();
  const name = `Till ${mark}`;
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("checkbox", { name: /^Reading/ }).check();
  await page.getByRole("button", { name: "Create key" }).click();
  const shown = page.getByRole("dialog", { name: `The key of “${name}”` });
  const key = await shown.getByLabel("API key").inputValue();
  const asProgram = async () =>
    (await fetch(`${stack.url}/api/segments`, { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await asProgram(), 200, "the key does not open what it is for");
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await admin.row(name).filter({ hasText: "active" }).waitFor();
  assert.equal((await page.content()).includes(key), false, "the key is still on the page");
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page
    .getByRole("dialog", { name: `Revoke “${name}”?` })
    .getByRole("button", { name: "Revoke" })
    .click();
  await page.getByText(`${name} is revoked`).waitFor();
  await admin.row(name).filter({ hasText: "revoked" }).waitFor();
  // Functions remember a key for half a minute.
  await until("the end of the key", async () => (await asProgram()) === 401);

  await go("Audit log");
  await admin.heading("Audit log").waitFor();
  await page.getByRole("combobox", { name: "Who" }).selectOption({ label: "admin@journeys.example" });
  const changes = page.getByRole("list", { name: "Changes, newest first" }).getByRole("listitem");
  await changes.first().filter({ hasText: "admin@journeys.example revoked the key" }).waitFor();
  const actions = await changes
    .locator("p:first-child")
    .filter({ hasText: /^admin@journeys\.example / })
    .allTextContents();
  const newest = actions.slice(0, 4).map((text) => text.replace(/^\S+ /, ""));
  assert.deepEqual(newest, [
    `revoked the key “${name}”`,
    `created the key “${name}”`,
    `changed the role or access of “${colleague}”`,
    `invited “${colleague}”`,
  ]);
  const change = changes.nth(2);
  await change.getByText("What changed").click();
  await change.getByRole("row", { name: "role analyst marketer" }).waitFor();
  // What happened to one thing, by a click.
  await changes
    .first()
    .getByRole("button", { name: /^Only of this/ })
    .click();
  await changes.nth(2).waitFor({ state: "detached" });
  assert.match((await changes.nth(1).textContent()) ?? "", /created the key/);

  await go("Queues");
  await admin.heading("Queues").waitFor();
  // Others may have left dead letters.
  await page.getByText(/^(Everything is applied|[\d,]+ messages? to be applied)/).waitFor();
});
