/** How many people rules describe at this moment, for forms and proposals alike. */
import { skipToken, useQuery } from "@tanstack/react-query";
import { call } from "./call";
import type { RuleGroup } from "./contract";

/**
 * The rules are the key: as soon as they change, the request for the former ones is cancelled, and no answer is ever taken
 * for that of other rules.
 */
export function usePreview(rules: RuleGroup | null) {
  return useQuery({
    queryKey: ["segments", "preview", rules],
    queryFn: rules
      ? ({ signal }) => call("POST /api/segments/preview", { body: { rules }, idempotencyKey: null, signal })
      : skipToken,
    staleTime: 10_000,
    gcTime: 60_000,
  });
}
