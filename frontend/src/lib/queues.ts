/** How the queues stand, for administration and for the dashboard of those who administer. */
import { queryOptions } from "@tanstack/react-query";
import { call } from "./call";

/** Asked for again every few seconds, as long as somebody looks. */
export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => call("GET /api/queues", { signal }),
  refetchInterval: 3_000,
  refetchIntervalInBackground: false,
});

/** What goes through each. */
const CONTENTS: Record<string, string> = {
  customers: "Customers that were created or changed",
  orders: "Orders and their status",
  activities: "What customers did",
  receipts: "What became of messages",
  delivery: "Campaigns on their way out",
  imports: "Files that are read",
  segments: "Segments that are built or edited",
  erasures: "Customers who are erased",
  questions: "Questions to the assistant that wait for their turn",
};

export const contentsOf = (queue: string) => CONTENTS[queue] ?? "";
