import { t } from "@lingui/core/macro";
import { fieldPath } from "@/lib/problem";

/** A field of the API as the builder shows it: `rules.rules[1].rules[0].value` -> Condition 2.1 */
export function conditionName(field: string): string {
  const places = [...fieldPath(field).matchAll(/rules\.(\d+)/g)].map(([, index]) => Number(index) + 1);
  const place = places.join(".");
  return places.length > 0 ? t`Condition ${place}` : field;
}
