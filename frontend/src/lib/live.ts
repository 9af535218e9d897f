import { isGone } from "./problem";

/** How often an open page looks whether something has changed. A tab that nobody sees rests: TanStack's default. */
export const LIVE = 7_000;

/** So many pages of a list are read again by themselves. */
export const FIRST_PAGES = 2;

/** A list follows while its first pages are all that is shown: long scrolls are left in peace. */
export const liveList = (items: readonly unknown[]): number | false => (items.length > 100 ? false : LIVE);

/** The pace of a single thing: what is gone does not come back. */
export const liveOne = ({ state: { error } }: { state: { error: unknown } }): number | false =>
  isGone(error) ? false : LIVE;
