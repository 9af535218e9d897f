import { plural, t } from "@lingui/core/macro";
import { Tags } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatNumber } from "@/lib/format";

type SelectionBarProps = {
  /** How many are chosen; `undefined` for all who match, where their number is not known. */
  count: number | undefined;
  isAll: boolean;
  /** Chooses all who match, with those who are not loaded; without it that cannot be. */
  onAll: (() => void) | undefined;
  /** How many those are. */
  total: number | undefined;
  onTag: () => void;
  onClear: () => void;
};

/** How many are chosen, and what can be done with them. It stays in sight while one scrolls. */
export function SelectionBar({ count, isAll, onAll, total, onTag, onClear }: SelectionBarProps) {
  const shown = total === undefined ? "" : formatNumber(total);
  return (
    <section
      aria-label={t`Selection`}
      className="sticky top-2 z-20 flex flex-wrap items-center gap-2 rounded-xl border border-accent/40 bg-accent-soft px-4 py-2 shadow-card max-md:top-16"
    >
      <p role="status" className="grow text-sm font-medium">
        {count === undefined
          ? t`All who match are selected`
          : isAll
            ? plural(count, {
                one: "# customer who matches is selected",
                other: "All # who match are selected",
              })
            : plural(count, { one: "# customer selected", other: "# customers selected" })}
      </p>
      {onAll && !isAll && (
        <Button look="quiet" onClick={onAll}>
          {shown ? t`Select all ${shown} who match` : t`Select all who match`}
        </Button>
      )}
      <Button icon={<Tags aria-hidden />} onClick={onTag}>
        {t`Change tags`}
      </Button>
      <Button look="quiet" onClick={onClear}>
        {t`Clear the selection`}
      </Button>
    </section>
  );
}
