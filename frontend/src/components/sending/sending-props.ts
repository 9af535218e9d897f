import type { Faults, SendingValues } from "@/lib/sending";

/** What each part of such a form gets: all values, the faults that are to be shown, and how to change something. */
export type SendingProps = {
  values: SendingValues;
  faults: Faults;
  set: (part: Partial<SendingValues>) => void;
};
