import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { Field } from "@/components/ui/field";
import { Problem } from "@/lib/problem";
import { useSegmentName, useSegments } from "@/lib/segments";

type SegmentFieldProps = { value: string; error: string | undefined; onChange: (id: string) => void };

/** Whom a campaign goes to. */
export function SegmentField({ value, error, onChange }: SegmentFieldProps) {
  const segments = useSegments();
  const listed = segments.items.some((segment) => segment.id === value);
  const name = useSegmentName(listed || segments.isPending ? "" : value);
  const gone = name.error instanceof Problem && name.error.status === 404;
  const hint = segments.isError ? (
    t`The segments could not be loaded.`
  ) : segments.data && segments.items.length === 0 ? (
    <Trans>
      There is no segment yet.{" "}
      <Link to="/segments/new" className="text-accent underline">
        Create one
      </Link>{" "}
      first.
    </Trans>
  ) : undefined;
  return (
    <Field
      label={t`Segment`}
      error={gone ? t`There is no such segment any more: choose another one.` : error}
      hint={hint}
    >
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => {
            if (event.target.value === "more") void segments.fetchNextPage();
            else onChange(event.target.value);
          }}
          className="control truncate"
        >
          <option value="">{segments.isPending ? t`Loading…` : t`Choose an audience`}</option>
          {value !== "" && !listed && (
            <option value={value}>{name.data ?? (gone ? t`No such segment` : t`Chosen segment`)}</option>
          )}
          {segments.items.map((segment) => (
            <option key={segment.id} value={segment.id} title={segment.name}>
              {shortened(segment.name)}
            </option>
          ))}
          {segments.hasNextPage && (
            <option value="more">
              <Trans>Load more segments…</Trans>
            </option>
          )}
        </select>
      )}
    </Field>
  );
}

/** Lists of choices are as wide as their widest: so long a name would not fit on the screen. */
const MOST = 60;

function shortened(name: string): string {
  return name.length > MOST ? `${name.slice(0, MOST - 1).trimEnd()}…` : name;
}
