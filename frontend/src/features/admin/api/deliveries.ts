import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { Delivery, DeliveryOutcome, DeliveryWithEvent } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";
import { LIVE, liveList } from "@/lib/live";
import { useLookAgain } from "./webhooks";

/** Milliseconds between two looks at what happens just now. */
const SOON = 1_500;

/** Everything, or what has ended so. While `expected` is not in it yet, it is read often. */
export function useDeliveries(webhook: string, outcome: DeliveryOutcome | "", expected: string | undefined) {
  return useCursorList(["webhooks", webhook, "deliveries"], "GET /api/webhooks/{id}/deliveries", {
    path: { id: webhook },
    query: { outcome: outcome || undefined },
    refetchInterval(items, pages) {
      const missing = expected !== undefined && !items.some(({ id }) => id === expected);
      // A long scroll is left in peace.
      return pages === 1 && (missing || items.some(isDue)) ? SOON : liveList(items);
    },
  });
}

const deliveryKey = (webhook: string, delivery: string) => [
  "webhooks",
  webhook,
  "deliveries",
  "one",
  delivery,
];

/** One of them, with its event. */
export function useDelivery(webhook: string, delivery: string) {
  return useQuery({
    queryKey: deliveryKey(webhook, delivery),
    queryFn: ({ signal }) =>
      call("GET /api/webhooks/{id}/deliveries/{deliveryId}", {
        path: { id: webhook, deliveryId: delivery },
        signal,
      }),
    enabled: delivery !== "",
    refetchInterval({ state: { data } }) {
      if (data?.outcome !== "waiting") return false;
      return isDue(data) ? SOON : LIVE;
    },
  });
}

/** Sends an event once more. After another attempt that is another wish. */
export function useResend(webhook: string) {
  const queryClient = useQueryClient();
  const lookAgain = useLookAgain();
  return useIntent(
    (delivery: string, idempotencyKey) =>
      call("POST /api/webhooks/{id}/deliveries/{deliveryId}/resend", {
        path: { id: webhook, deliveryId: delivery },
        idempotencyKey,
      }),
    {
      ...lookAgain,
      seen: (delivery) =>
        queryClient.getQueryData<DeliveryWithEvent>(deliveryKey(webhook, delivery))?.attempts,
    },
  );
}

/** Whether it is tried in this moment. What is long overdue waits for something else. */
function isDue({ outcome, nextAttemptAt }: Delivery): boolean {
  if (outcome !== "waiting" || nextAttemptAt === undefined) return false;
  return Math.abs(Date.parse(nextAttemptAt) - Date.now()) < 30_000;
}
