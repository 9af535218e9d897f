import type { RuleGroup } from "@/lib/contract";
import { describeRules } from "@/lib/rules/describe";
import { useWords } from "@/lib/rules/use-words";

export function RulesInWords({ rules }: { rules: RuleGroup }) {
  return describeRules(rules, useWords(rules));
}
