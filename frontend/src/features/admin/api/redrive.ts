import { useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { useIntent } from "@/lib/intent";
import { queuesQuery } from "@/lib/queues";

/** Gives the dead letters of a queue another try. */
export function useRedrive() {
  const queryClient = useQueryClient();
  return useIntent(
    (name: string, idempotencyKey) =>
      request<{ name: string; moved: number }>(`/api/queues/${encodeURIComponent(name)}/redrive`, {
        method: "POST",
        idempotencyKey,
      }),
    { onSettled: () => queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey }) },
  );
}
