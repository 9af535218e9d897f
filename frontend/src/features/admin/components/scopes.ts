import type { Scope } from "@/lib/contract";

/** What keys are for, in words. */
export const SCOPES: readonly { value: Scope; label: string; hint: string }[] = [
  {
    value: "ingest",
    label: "Bringing data",
    hint: "Customers, orders and activities go in; nothing comes out",
  },
  { value: "read", label: "Reading", hint: "Everything but administration; changes nothing" },
];

export const scopeName = (scope: Scope) => SCOPES.find(({ value }) => value === scope)?.label ?? scope;
