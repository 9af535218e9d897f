import type { Faults } from "./campaign-faults";
import type { CampaignValues } from "./campaign-values";

/** What each step of the form gets: all values, the faults that are to be shown, and how to change something. */
export type StepProps = {
  values: CampaignValues;
  faults: Faults;
  /** Of what stands in the form by then, where a part depends on it. */
  set: (part: Partial<CampaignValues> | ((values: CampaignValues) => Partial<CampaignValues>)) => void;
};
