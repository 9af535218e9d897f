/** The connection goes and comes back: a notice, figures that stay, a start that waits; all recovers by itself. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  await stack.customers(1);
  const owner = await stack.signedIn("owner");
  const { page, context } = owner;
  owner.expect(/net::ERR_INTERNET_DISCONNECTED|net::ERR_CONNECTION_REFUSED/);
  const live = page.getByText("Live", { exact: true });
  await live.waitFor();

  await context.setOffline(true);
  await page.getByText("You are offline. What is shown may be out of date.").waitFor();
  await page.getByText("Not reachable, trying again").waitFor();
  assert.ok(await page.getByRole("link", { name: "Revenue" }).isVisible(), "the figures have gone");
  await context.setOffline(false);
  await live.waitFor();
  assert.equal(await page.getByText("You are offline.").count(), 0);

  // The server is away while the network is there, and the page is opened in that moment.
  await context.route(/\/(api|auth)\//, (route) => route.abort("connectionrefused"));
  await page.getByText("Not reachable, trying again").waitFor();
  await page.clock.install();
  await page.reload();
  await owner.heading("Mini CRM cannot be reached").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await owner.heading("Mini CRM cannot be reached").waitFor();
  await context.unroute(/\/(api|auth)\//);
  await page.clock.fastForward("00:15");
  await owner.heading("Dashboard").waitFor();
  await live.waitFor();
});
