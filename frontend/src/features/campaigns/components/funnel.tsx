import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { CampaignFunnel, FunnelStep, Person, StepName } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";

/** A step by what those do who pass it. */
export function passesInWords(step: StepName): string {
  const words: Record<StepName, string> = {
    matching: t`Match the segment`,
    reachable: t`Have an address on this channel`,
    consenting: t`Have agreed to it`,
    notSuppressed: t`Are not suppressed`,
    notCapped: t`Are not over the frequency cap`,
    notHeldOut: t`Are not held out`,
  };
  return words[step] ?? step;
}

/** How many a step leaves out, and why. */
function dropsInWords({ step, count, dropped }: FunnelStep): string {
  const [number, share] = [formatNumber(dropped), formatShare(dropped, dropped + count)];
  const words: Record<StepName, string> = {
    matching: t`−${number} do not match (${share})`,
    reachable: t`−${number} have none (${share})`,
    consenting: t`−${number} have not agreed (${share})`,
    notSuppressed: t`−${number} suppressed (${share})`,
    notCapped: t`−${number} have had enough messages (${share})`,
    notHeldOut: t`−${number} held out for comparison (${share})`,
  };
  return words[step] ?? t`−${number} drop out (${share})`;
}

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
            <span>{passesInWords(step.step)}</span>
            <span className="font-medium tabular-nums">{formatNumber(step.count)}</span>
          </p>
          <span aria-hidden className="h-2 overflow-hidden rounded-full bg-sunken">
            <span
              className="block h-full rounded-full bg-accent"
              style={{ width: `${(step.count / widest) * 100}%` }}
            />
          </span>
          {step.dropped > 0 && <p className="text-xs text-muted tabular-nums">{dropsInWords(step)}</p>}
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
  const about = passesInWords(step);
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-muted hover:text-ink">
        <Trans>
          For example<span className="sr-only"> of “{about}”</span>
        </Trans>
      </summary>
      <div className="mt-1 grid gap-3 rounded-lg bg-sunken px-3 py-2 sm:grid-cols-2">
        <People title={t`Still in`} people={sample} />
        <People title={t`Dropped out here`} people={droppedSample} />
      </div>
    </details>
  );
}

function People({ title, people }: { title: string; people: readonly Person[] }) {
  return (
    <div className="min-w-0">
      <p className="text-xs text-muted">{title}</p>
      {people.length === 0 ? (
        <p>{plural(0, { one: "# person", other: "# people" })}</p>
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
