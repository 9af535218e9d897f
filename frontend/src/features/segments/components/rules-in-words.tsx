import type { RuleGroup } from "@/lib/contract";
import { formatMoney, formatNumber } from "@/lib/format";
import { describeRules } from "@/lib/rules/describe";
import { useCurrency } from "@/lib/stats";

export function RulesInWords({ rules }: { rules: RuleGroup }) {
  const currency = useCurrency();
  return describeRules(rules, (value, field) =>
    field.money ? formatMoney(value, currency) : formatNumber(value),
  );
}
