import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Overlap, Segment } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import { useSegments } from "@/lib/segments";
import { useInAddress } from "@/lib/use-in-address";
import { isBuilding, useOverlap } from "../api/segments";
import { optionName } from "./option-name";

/** How many people this segment shares with another one. */
export function OverlapCard({ segment }: { segment: Segment }) {
  const [{ overlap: other }, choose] = useInAddress({ overlap: { or: "" } });
  const segments = useSegments();
  const overlap = useOverlap(segment.id, other);
  const { data, error } = overlap;
  const choices = segments.items.filter(({ id }) => id !== segment.id);
  const name = choices.find(({ id }) => id === other)?.name ?? t`the other one`;

  return (
    <Card title={t`Shared with another segment`}>
      <Field
        label={t`Compare with`}
        hint={
          segments.isError
            ? t`The segments could not be loaded.`
            : segments.isSuccess && choices.length === 0 && !segments.hasNextPage
              ? t`There is no other segment yet. With a second one you see here how many people are in both.`
              : undefined
        }
      >
        {(control) => (
          <select
            {...control}
            value={other}
            onChange={(event) => {
              if (event.target.value === "more") void segments.fetchNextPage();
              else choose({ overlap: event.target.value });
            }}
            className="control"
          >
            <option value="">{segments.isPending ? t`Loading…` : t`Choose a segment`}</option>
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {optionName(choice.name)}
              </option>
            ))}
            {segments.hasNextPage && <option value="more">{t`Load more segments…`}</option>}
          </select>
        )}
      </Field>
      <div role="status" className="mt-4 empty:hidden">
        {other === "" ? null : isBuilding(error) ? (
          <p className="text-sm text-muted">
            {asProblem(error).message} <Trans>The answer appears by itself.</Trans>
          </p>
        ) : error ? null : data ? (
          <p>{sentence(data, segment.name, name)}</p>
        ) : (
          <>
            <span className="sr-only">
              <Trans>Comparing</Trans>
            </span>
            <Skeleton className="h-5 w-4/5" />
          </>
        )}
      </div>
      {error && !isBuilding(error) ? (
        <Failure error={error} onRetry={() => void overlap.refetch()} className="px-0 py-4" />
      ) : (
        data && !error && <Bars overlap={data} one={segment.name} other={name} />
      )}
    </Card>
  );
}

function sentence({ count, other, both }: Overlap, one: string, otherName: string): string {
  const [shared, all, others] = [both, count, other].map(formatNumber);
  const share = formatShare(both, count);
  const among = plural(count, {
    one: `${shared} of the ${all} member of ${one} (${share})`,
    other: `${shared} of the ${all} members of ${one} (${share})`,
  });
  const theirs = plural(other, { one: `${others} member`, other: `${others} members` });
  return plural(both, {
    one: `${among} is also in ${otherName}, which has ${theirs}.`,
    other: `${among} are also in ${otherName}, which has ${theirs}.`,
  });
}

/** The parts of both together; the figures stand under the bar, which only shows them. */
function Bars({ overlap: { count, other, both }, one, other: name }: BarsProps) {
  const parts = [
    { label: t`Only in ${one}`, value: count - both, color: "bg-accent-pale" },
    { label: t`In both`, value: both, color: "bg-accent" },
    { label: t`Only in ${name}`, value: other - both, color: "bg-control" },
  ];
  const total = count + other - both;
  if (total === 0) return null;
  return (
    <>
      <div aria-hidden className="mt-3 flex h-2.5 gap-px overflow-hidden rounded-full bg-sunken">
        {parts.map(({ label, value, color }) => (
          <span key={label} className={color} style={{ width: `${(value / total) * 100}%` }} />
        ))}
      </div>
      <dl className="mt-3 grid gap-1 text-sm">
        {parts.map(({ label, value, color }) => (
          <div key={label} className="flex items-baseline gap-2">
            <dt className="flex min-w-0 items-baseline gap-2 text-muted">
              <span aria-hidden className={`size-2.5 shrink-0 rounded-full ${color}`} />
              <span className="wrap-anywhere">{label}</span>
            </dt>
            <dd className="ml-auto tabular-nums">{formatNumber(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

type BarsProps = { overlap: Overlap; one: string; other: string };
