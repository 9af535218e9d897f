/**
 * Another system sends an order that nobody can apply. An administrator reads why, tries it again in vain, discards it with
 * a reason, and finds that in the audit log; then looks at what the month costs.
 */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const number = `DEAD-${stack.mark}`;
  await stack.deadLetter(number);
  const admin = await stack.signedIn("admin");
  const { page } = admin;
  const go = (name: string) => admin.navigation().getByRole("link", { name, exact: true }).click();

  await go("Queues");
  await page.getByRole("link", { name: "Read the dead letters of orders" }).click();
  await admin.heading("Dead letters of orders").waitFor();
  // Others may have left letters of their own.
  const letter = page.getByRole("listitem").filter({ hasText: number }).filter({ hasText: "data.total" });
  await letter.getByText("What it is about").click();
  await letter.getByRole("link", { name: `Order ${number}` }).waitFor();
  assert.ok(
    !(await letter.textContent())?.includes(stack.email("nobody")),
    "whose it is stays in the letter",
  );

  await letter.getByRole("button", { name: /^Redrive: / }).click();
  await page.getByText("The letter gets another try").waitFor();
  // Still wrong, it comes back as another letter.
  await stack.deadLetterBack(number);
  await page.getByRole("button", { name: "Look again" }).click();
  // The list that came after the redrive may still show the first one.
  await page.reload();
  await letter.getByRole("button", { name: /^Discard: / }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Discard" }).click();
  await dialog.getByText("Say why first.").waitFor();
  await dialog.getByLabel("Why").fill(`A test of the shop's, ${stack.mark}`);
  await dialog.getByRole("button", { name: "Discard" }).click();
  await page.getByText("The letter is gone").waitFor();
  await letter.waitFor({ state: "detached" });

  await go("Audit log");
  const change = page.getByRole("listitem").filter({ hasText: "discarded a dead letter" }).first();
  await change.getByText("What changed").click();
  await change.getByText(`A test of the shop's, ${stack.mark}`).waitFor();

  await go("Costs");
  await admin.heading("Costs").waitFor();
  await page.getByRole("table", { name: "What work costs" }).getByText("Orders placed").waitFor();
});
