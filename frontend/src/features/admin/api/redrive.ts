import { call } from "@/lib/call";
import type { QueueState } from "@/lib/contract";
import { useIntent } from "@/lib/intent";
import { useLookAgain } from "./dead-letters";

/** What somebody has seen of a queue. */
type Seen = Pick<QueueState, "name" | "deadLetters">;

/** Gives the dead letters of a queue another try. When there are others, that is another wish. */
export function useRedrive() {
  return useIntent(
    ({ name }: Seen, idempotencyKey) =>
      call("POST /api/queues/{name}/redrive", { path: { name }, idempotencyKey }),
    useLookAgain(),
  );
}
