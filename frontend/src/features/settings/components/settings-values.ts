/** What goes to the server of the settings, and how two people's changes come together. */
import type { SettingsChange } from "@/lib/contract";
import { rebasedTogether, type SaidSending, type SendingValues, sendingOf, TOGETHER } from "@/lib/sending";

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

export function rebased(before: SendingValues, mine: SendingValues, theirs: SendingValues): SendingValues {
  return rebasedTogether(TOGETHER, before, mine, theirs);
}
