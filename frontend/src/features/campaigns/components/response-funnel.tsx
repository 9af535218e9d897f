import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FiguresTable } from "@/components/ui/figures-table";
import type { CampaignReport } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";

type Counts = CampaignReport["counts"];
type Step = { key: string; name: string; count: number; before: number };

/** Size of the picture, in its own units: as wide as there is room. */
const [STEP, HEIGHT] = [100, 120];

/** What became of the messages, each step a part of the one before: as a picture and as a table. */
export function ResponseFunnel({ counts }: { counts: Counts }) {
  const steps = stepsOf(counts);
  const whole = Math.max(1, ...steps.map(({ count }) => count));
  const said = steps.map(({ name, count }) => `${name} ${formatNumber(count)}`).join(", ");
  const last = steps.length - 1;
  return (
    <section className="@container grid grid-cols-[minmax(0,1fr)] gap-3">
      <h3 className="text-sm font-medium text-muted">
        <Trans>From sent to converted</Trans>
      </h3>
      <div className="grid grid-cols-[minmax(0,1fr)] items-center gap-4 @3xl:grid-cols-2">
        <div role="img" aria-label={t`Funnel: ${said}. The same figures stand in the table.`}>
          <svg
            aria-hidden
            viewBox={`0 0 ${STEP * steps.length} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="block h-32 w-full"
          >
            {steps.map(({ key, count }, index) => (
              <polygon
                key={key}
                points={taper(index, count / whole, (steps[index + 1]?.count ?? count) / whole)}
                className={index === last ? "fill-accent" : "fill-accent-pale"}
              />
            ))}
          </svg>
          <ol aria-hidden className="mt-2 grid grid-cols-5 gap-1 text-center">
            {steps.map(({ key, name, count }) => (
              <li key={key} className="min-w-0">
                <p className="text-xs font-semibold tabular-nums @md:text-sm">
                  {formatShare(count, counts.sent)}
                </p>
                <p className="truncate text-xs text-muted">{name}</p>
              </li>
            ))}
          </ol>
        </div>
        <FiguresTable
          caption={t`From sent to converted`}
          of={{ header: t`Step`, cell: ({ name }) => name }}
          figures={[
            { header: t`People`, cell: ({ count }) => formatNumber(count) },
            { header: t`Of those sent to`, cell: ({ count }) => formatShare(count, counts.sent) },
            { header: t`Of the step before`, cell: ({ count, before }) => formatShare(count, before) },
          ]}
          rows={steps}
          rowKey={({ key }) => key}
        />
      </div>
    </section>
  );
}

function stepsOf({ sent, delivered, opened, clicked, converted }: Counts): Step[] {
  return [
    { key: "sent", name: t`Sent`, count: sent, before: 0 },
    { key: "delivered", name: t`Delivered`, count: delivered, before: sent },
    { key: "opened", name: t`Opened`, count: opened, before: delivered },
    { key: "clicked", name: t`Clicked`, count: clicked, before: opened },
    { key: "converted", name: t`Converted`, count: converted, before: clicked },
  ];
}

/** From the height of a step to that of the next one, around the middle; what is almost nothing is still to be seen. */
function taper(index: number, from: number, to: number): string {
  const [left, right] = [index * STEP, (index + 1) * STEP - 3];
  const [high, low] = [from, to].map((part) => (Math.max(part, 0.01) * HEIGHT) / 2) as [number, number];
  const middle = HEIGHT / 2;
  return `${left},${middle - high} ${right},${middle - low} ${right},${middle + low} ${left},${middle + high}`;
}
