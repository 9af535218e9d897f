import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import { useIntent } from "@/lib/intent";
import { queuesQuery } from "@/lib/queues";

const lettersQuery = (queue: string) =>
  queryOptions({
    queryKey: ["dead-letters", queue],
    queryFn: ({ signal }) => call("GET /api/queues/{name}/dead-letters", { path: { name: queue }, signal }),
  });

/** The dead letters of a queue. Looking hides them from others for a moment, so it is not done by itself. */
export const useDeadLetters = (queue: string) => useQuery(lettersQuery(queue));

/** One letter, by its name in its queue. */
type Which = { queue: string; id: string };

/** Gives one letter another try. */
export function useRedriveLetter() {
  return useIntent(
    ({ queue, id }: Which, idempotencyKey) =>
      call("POST /api/queues/{name}/dead-letters/{id}/redrive", {
        path: { name: queue, id },
        idempotencyKey,
      }),
    useLookAgain(),
  );
}

/** Throws a letter away. */
export function useDiscardLetter() {
  return useIntent(
    ({ queue, id, reason }: Which & { reason: string }, idempotencyKey) =>
      call("POST /api/queues/{name}/dead-letters/{id}/discard", {
        path: { name: queue, id },
        body: { reason },
        idempotencyKey,
      }),
    useLookAgain(),
  );
}

/** All letters of all queues are looked at again where they are shown, and so is how the queues stand. */
export function useLookAgain() {
  const queryClient = useQueryClient();
  return {
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ["dead-letters"] });
      return queryClient.invalidateQueries({ queryKey: queuesQuery.queryKey });
    },
  };
}
