import { t } from "@lingui/core/macro";
import { isOutdated, Problem } from "@/lib/problem";

/** What is to be done where somebody else has changed the webhook before; any other fault as it is. */
export function explained(error: unknown): unknown {
  if (!isOutdated(error)) return error;
  return new Problem({
    status: 412,
    code: "outdated",
    title: t`This webhook has changed meanwhile`,
    detail: t`Its newest state is loaded by now. Look whether you still want this, and press again.`,
  });
}
