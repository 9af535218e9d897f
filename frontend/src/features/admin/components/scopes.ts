import { t } from "@lingui/core/macro";
import type { Scope } from "@/lib/contract";

/** What keys are for, in words. */
export const keyScopes = (): { value: Scope; label: string; hint: string }[] => [
  {
    value: "ingest",
    label: t`Bringing data`,
    hint: t`Customers, orders and activities go in; nothing comes out`,
  },
  { value: "read", label: t`Reading`, hint: t`Everything but administration; changes nothing` },
];

export const scopeName = (scope: Scope) => keyScopes().find(({ value }) => value === scope)?.label ?? scope;
