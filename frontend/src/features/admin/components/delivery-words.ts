import { t } from "@lingui/core/macro";
import type { Delivery } from "@/lib/contract";

/** What the receiver answered last, or why it did not. */
export function answerInWords({ status, cause, attempts }: Delivery): string {
  if (status !== undefined) {
    return cause === undefined ? t`answered ${status}` : t`answered ${status}: ${cause}`;
  }
  return cause ?? (attempts === 0 ? t`not tried yet` : t`no answer`);
}
