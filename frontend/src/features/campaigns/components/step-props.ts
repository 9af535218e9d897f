import type { Faults } from "./campaign-faults";
import type { CampaignValues } from "./campaign-values";

/** What each step of the form gets: all values, the faults that are to be shown, and how to change something. */
export type StepProps = {
  values: CampaignValues;
  faults: Faults;
  set: (part: Partial<CampaignValues>) => void;
};
