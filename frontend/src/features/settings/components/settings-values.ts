/** What goes to the server of the settings, and how two people's changes come together. */
import type { SettingsChange } from "@/lib/contract";
import { type SaidSending, type SendingValues, sendingOf } from "@/lib/sending";

/** Under which what is typed and not yet saved is kept. */
export const DRAFT_NAME = "settings/1";

/** Only what differs goes to the server, so that what others change meanwhile is not undone. */
export function changeOf(before: SendingValues, after: SendingValues): SettingsChange {
  const [had, has] = [sendingOf(before), sendingOf(after)];
  const fields = Object.keys({ ...had, ...has }) as (keyof SaidSending)[];
  return Object.fromEntries(
    fields
      .filter((field) => JSON.stringify(had[field]) !== JSON.stringify(has[field]))
      .map((field) => [field, has[field] ?? null]),
  );
}

/** Values that make up one setting: they go together, or the two halves of one might be of two people. */
const TOGETHER: readonly (readonly (keyof SendingValues)[])[] = [
  ["timeZone"],
  ["windows"],
  ["quietFrom", "quietUntil"],
  ["ratePerMinute"],
  ["capMessages", "capDays"],
  ["holdout"],
  ["attributionDays"],
];

/** My changes of `before` on top of what somebody else has saved meanwhile; where both have changed something, mine stands. */
export function rebased(before: SendingValues, mine: SendingValues, theirs: SendingValues): SendingValues {
  const changed = TOGETHER.filter((fields) =>
    fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(mine[field])),
  );
  return { ...theirs, ...Object.fromEntries(changed.flat().map((field) => [field, mine[field]])) };
}
