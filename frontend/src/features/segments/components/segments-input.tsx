import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import { type ComponentProps, useRef } from "react";
import { useRemoval } from "@/components/ui/use-removal";
import { useSegmentNames, useSegments } from "@/lib/segments";
import { optionName } from "./option-name";

type SegmentsInputProps = {
  label: string;
  value: readonly string[];
  /** The segment whose rules these are: it cannot name itself. */
  self: string | undefined;
  /** What the list says of itself. */
  judged: Pick<ComponentProps<"select">, "aria-invalid" | "aria-describedby">;
  onChange: (value: string[]) => void;
};

/** Several of the segments: those chosen, each with a button that takes it away, and a list to choose more from. */
export function SegmentsInput({ label, value, self, judged, onChange }: SegmentsInputProps) {
  const segments = useSegments();
  const list = useRef<HTMLSelectElement>(null);
  const takeOut = useRemoval(value, (id) => id, onChange);
  const nameOf = useSegmentNames(value);
  const choices = segments.items.filter(({ id }) => id !== self && !value.includes(id));
  const none = segments.isSuccess && choices.length === 0 && value.length === 0 && !segments.hasNextPage;
  const chosen = value.map((id) => ({ id, name: nameOf(id) }));
  return (
    <>
      {value.length > 0 && (
        <ul aria-label={t`${label}: chosen`} className="flex flex-wrap gap-1.5">
          {chosen.map(({ id, name }) => (
            <li
              key={id}
              className="inline-flex min-h-9.5 items-center gap-1 rounded-lg bg-accent-soft pl-2.5 text-sm text-accent"
            >
              <span className="wrap-anywhere">{name}</span>
              <button
                type="button"
                aria-label={t`Take away ${name}`}
                onClick={() => {
                  takeOut(id, t`${name} taken away`, list.current);
                  list.current?.focus();
                }}
                className="grid size-8 place-items-center rounded-lg hover:bg-sunken [&_svg]:size-3.5"
              >
                <X aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <select
        ref={list}
        {...judged}
        aria-label={t`${label}: add a segment`}
        value=""
        onChange={(event) => {
          if (event.target.value === "more") void segments.fetchNextPage();
          else if (event.target.value) onChange([...value, event.target.value]);
        }}
        className="control w-auto max-w-full"
      >
        <option value="">
          {segments.isPending
            ? t`Loading…`
            : segments.isError
              ? t`The segments could not be loaded`
              : none
                ? t`No other segment yet`
                : value.length > 0
                  ? t`or in…`
                  : t`Choose a segment`}
        </option>
        {choices.map(({ id, name }) => (
          <option key={id} value={id}>
            {optionName(name)}
          </option>
        ))}
        {segments.hasNextPage && <option value="more">{t`Load more segments…`}</option>}
      </select>
    </>
  );
}
