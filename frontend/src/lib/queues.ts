/** How the queues stand, for administration and for the dashboard of those who administer. */
import { t } from "@lingui/core/macro";
import { queryOptions } from "@tanstack/react-query";
import { call } from "./call";

/** Asked for again every few seconds, as long as somebody looks. */
export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => call("GET /api/queues", { signal }),
  refetchInterval: 1_500,
  refetchIntervalInBackground: false,
});

/** What goes through each. */
const contents = (): Record<string, string> => ({
  customers: t`Customers that were created or changed`,
  orders: t`Orders and their status`,
  activities: t`What customers did`,
  receipts: t`What became of messages`,
  delivery: t`Campaigns on their way out`,
  imports: t`Files that are read`,
  segments: t`Segments that are built or edited`,
  erasures: t`Customers who are erased`,
  questions: t`Questions to the assistant that wait for their turn`,
  webhooks: t`Events on their way to other systems`,
});

export const contentsOf = (queue: string) => contents()[queue] ?? "";
