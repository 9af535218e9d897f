import type { CampaignFunnel, FunnelStep, Person, StepName } from "@/lib/contract";
import { formatNumber, formatShare, plural } from "@/lib/format";

/** Each step by what those do who pass it, and what is said of those who do not. */
export const STEP_WORDS: Record<StepName, { passes: string; drops: string }> = {
  matching: { passes: "Match the segment", drops: "do not match" },
  reachable: { passes: "Have an address on this channel", drops: "have none" },
  consenting: { passes: "Have agreed to it", drops: "have not agreed" },
  notSuppressed: { passes: "Are not suppressed", drops: "suppressed" },
  notCapped: { passes: "Are not over the frequency cap", drops: "have had enough messages" },
  notHeldOut: { passes: "Are not held out", drops: "held out for comparison" },
};

type FunnelProps = {
  funnel: CampaignFunnel;
  /** What the last line says: `Will get it`, or in the past. */
  end: string;
};

/** The way from the segment to those who are written to: how many are left after each step, and where the others went. */
export function Funnel({ funnel, end }: FunnelProps) {
  const widest = Math.max(1, ...funnel.steps.map(({ count }) => count));
  return (
    <ol className="grid gap-3">
      {funnel.steps.map((step, index) => (
        <li key={step.step} className="grid gap-1">
          <p className="flex items-baseline justify-between gap-4 text-sm">
            <span>{STEP_WORDS[step.step]?.passes ?? step.step}</span>
            <span className="font-medium tabular-nums">{formatNumber(step.count)}</span>
          </p>
          <span aria-hidden className="h-2 overflow-hidden rounded-full bg-sunken">
            <span
              className="block h-full rounded-full bg-accent"
              style={{ width: `${(step.count / widest) * 100}%` }}
            />
          </span>
          {step.dropped > 0 && (
            <p className="text-xs text-muted tabular-nums">
              −{formatNumber(step.dropped)} {STEP_WORDS[step.step]?.drops ?? "drop out"} (
              {formatShare(step.dropped, step.dropped + step.count)})
            </p>
          )}
          {/* Where nobody drops out, it is the same people as before. */}
          {(step.dropped > 0 || index === 0) && <Examples step={step} />}
        </li>
      ))}
      <li className="flex justify-between gap-4 border-t border-line pt-3 font-semibold">
        <span>{end}</span>
        <span className="tabular-nums">{formatNumber(funnel.willSend)}</span>
      </li>
    </ol>
  );
}

/** Some of those who are left after a step, and of those who drop out at it; only a preview names them. */
function Examples({ step: { step, sample = [], droppedSample = [] } }: { step: FunnelStep }) {
  if (sample.length + droppedSample.length === 0) return null;
  const about = STEP_WORDS[step]?.passes ?? step;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-muted hover:text-ink">
        For example<span className="sr-only"> of “{about}”</span>
      </summary>
      <div className="mt-1 grid gap-3 rounded-lg bg-sunken px-3 py-2 sm:grid-cols-2">
        <People title="Still in" people={sample} />
        <People title="Dropped out here" people={droppedSample} />
      </div>
    </details>
  );
}

function People({ title, people }: { title: string; people: readonly Person[] }) {
  return (
    <div className="min-w-0">
      <p className="text-xs text-muted">{title}</p>
      {people.length === 0 ? (
        <p>{plural(0, "person", "people")}</p>
      ) : (
        <ul>
          {people.map(({ id, email, name }) => (
            <li key={id} className="wrap-anywhere">
              {name ? `${name}, ${email}` : email}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
