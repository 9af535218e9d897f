import { Link } from "react-router";
import { Field } from "@/components/ui/field";
import { useSegmentName, useSegments } from "@/lib/segments";

type SegmentFieldProps = { value: string; error: string | undefined; onChange: (id: string) => void };

/** Whom a campaign goes to. */
export function SegmentField({ value, error, onChange }: SegmentFieldProps) {
  const segments = useSegments();
  const listed = segments.items.some((segment) => segment.id === value);
  const name = useSegmentName(listed || segments.isPending ? "" : value);
  const hint = segments.isError ? (
    "The segments could not be loaded."
  ) : segments.data && segments.items.length === 0 ? (
    <>
      There is no segment yet.{" "}
      <Link to="/segments/new" className="text-accent underline">
        Create one
      </Link>{" "}
      first.
    </>
  ) : undefined;
  return (
    <Field label="Segment" error={error} hint={hint}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => {
            if (event.target.value === "more") void segments.fetchNextPage();
            else onChange(event.target.value);
          }}
          className="control"
        >
          <option value="">{segments.isPending ? "Loading…" : "Choose an audience"}</option>
          {value !== "" && !listed && <option value={value}>{name.data ?? "Chosen segment"}</option>}
          {segments.items.map((segment) => (
            <option key={segment.id} value={segment.id}>
              {segment.name}
            </option>
          ))}
          {segments.hasNextPage && <option value="more">Load more segments…</option>}
        </select>
      )}
    </Field>
  );
}
