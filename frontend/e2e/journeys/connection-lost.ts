/** The connection goes and comes back: a notice, figures that stay, a page and a start that wait; all recovers by itself. */
import assert from "node:assert/strict";
import { journey, until } from "../stack.ts";

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

  // A page that was not fetched yet comes with the connection.
  owner.expect(/dynamically imported module/);
  await context.setOffline(true);
  await owner.navigation().getByRole("link", { name: "Segments" }).click();
  await owner.heading("This page could not be shown").waitFor();
  const titled = (title: string) => until(`the title "${title}"`, async () => (await page.title()) === title);
  await titled("This page could not be shown · Mini CRM");
  await context.setOffline(false);
  await owner.heading("Segments").waitFor();
  await titled("Segments · Mini CRM");

  // What an outage has kept back is asked for again.
  owner.expect(/^503 of GET .*\/api\/orders/);
  await context.route(/\/api\/orders/, (route) => route.fulfill({ status: 503, json: {} }));
  await owner.navigation().getByRole("link", { name: "Orders" }).click();
  await page.getByText("The server could not answer").waitFor();
  await context.unroute(/\/api\/orders/);
  await page.getByText("The server could not answer").waitFor({ state: "detached" });
  await owner.navigation().getByRole("link", { name: "Dashboard" }).click();
  await live.waitFor();

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
