/** Proposed wordings among those that somebody has typed, which are never replaced. */
import { type CampaignValues, nextKey, type VariantValues } from "./campaign-values";
import type { Proposed } from "./proposed-message";

export const MAX_VARIANTS = 5;

/** The variants with proposals in empty ones, then after the others; `left` is how many found no room. */
export function withProposed(
  variants: readonly VariantValues[],
  proposed: readonly Proposed[],
): { variants: VariantValues[]; left: number } {
  const waiting = [...proposed];
  const filled = variants.map((variant) => {
    const next = isEmpty(variant) ? waiting.shift() : undefined;
    return next ? { ...variant, ...textsOf(next) } : variant;
  });
  while (waiting.length > 0 && filled.length < MAX_VARIANTS) {
    const next = waiting.shift();
    if (next) filled.push({ key: nextKey(filled), share: "", ...textsOf(next) });
  }
  return { variants: filled, left: waiting.length };
}

/** Whether a proposal is among the variants as it is. */
export function isTaken(proposed: Proposed, { variants }: Pick<CampaignValues, "variants">): boolean {
  const { subject, body } = textsOf(proposed);
  return variants.some((variant) => variant.body === body && (subject === "" || variant.subject === subject));
}

const isEmpty = ({ subject, body }: VariantValues) => subject.trim() === "" && body.trim() === "";

const textsOf = ({ subject = "", body }: Proposed) => ({ subject: subject ?? "", body });
