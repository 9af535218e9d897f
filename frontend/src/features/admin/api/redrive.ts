import { useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import { useIntent } from "@/lib/intent";
import { queuesQuery } from "@/lib/queues";

/** Gives the dead letters of a queue another try. */
export function useRedrive() {
  const queryClient = useQueryClient();
  return useIntent(
    (name: string, idempotencyKey) =>
      call("POST /api/queues/{name}/redrive", { path: { name }, idempotencyKey }),
    { onSettled: () => queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey }) },
  );
}
