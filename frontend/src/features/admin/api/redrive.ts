import { call } from "@/lib/call";
import { useIntent } from "@/lib/intent";
import { useLookAgain } from "./dead-letters";

/** Gives the dead letters of a queue another try. */
export function useRedrive() {
  return useIntent(
    (name: string, idempotencyKey) =>
      call("POST /api/queues/{name}/redrive", { path: { name }, idempotencyKey }),
    useLookAgain(),
  );
}
