import { t } from "@lingui/core/macro";
import { explained } from "@/lib/problem";

/** What is to be done where somebody else has changed the webhook before; any other fault as it is. */
export const explainedOfWebhook = (error: unknown): unknown =>
  explained(
    error,
    t`This webhook has changed meanwhile`,
    t`Its newest state is loaded by now. Look whether you still want this, and press again.`,
  );
