import type { RuleGroup } from "@/lib/contract";
import { formatMoney, formatNumber } from "@/lib/format";
import { useSegmentNames } from "@/lib/segments";
import { useCurrency } from "@/lib/stats";
import type { Words } from "./describe";
import { segmentsIn } from "./wire";

/** The deployment's money, and the names of the segments that the rules speak of. */
export function useWords(rules: RuleGroup & { segment?: string }): Words {
  const currency = useCurrency();
  const nameOf = useSegmentNames(segmentsIn(rules));
  return {
    show: (value, field) => (field.money ? formatMoney(value, currency) : formatNumber(value)),
    nameOf,
  };
}
