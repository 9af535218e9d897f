import { t } from "@lingui/core/macro";
import { ListFilter, Search, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import type { RuleGroup } from "@/lib/contract";
import { loadMessages } from "@/lib/i18n";
import { describeRules } from "@/lib/rules/describe";
import { useWords } from "@/lib/rules/use-words";
import { EVERYONE } from "@/lib/rules/wire";
import { useSegmentName, useSegments } from "@/lib/segments";
import { type CustomerFilter, fitsIntoAddress } from "./filter";

/** The builder is large, and few need it here: it comes when it is asked for, with its text. */
const RulesDialog = lazy(async () => {
  const [module] = await Promise.all([
    import("@/features/segments/components/rules-dialog"),
    loadMessages("segments"),
  ]);
  return { default: module.RulesDialog };
});

type FilterBarProps = {
  filter: CustomerFilter;
  onSearch: (search: string) => void;
  onFilter: (filter: Pick<CustomerFilter, "segment" | "rules">) => void;
};

/** Words, a segment or rules: what narrows the list down. */
export function FilterBar({ filter, onSearch, onFilter }: FilterBarProps) {
  const [building, setBuilding] = useState(false);
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-[min(14rem,100%)] max-w-md grow">
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted"
          />
          <input
            type="search"
            aria-label={t`Search customers by name or e-mail`}
            placeholder={t`Search by name or e-mail`}
            value={filter.search}
            maxLength={200}
            onChange={(event) => onSearch(event.target.value)}
            className="control pl-9"
          />
        </div>
        <SegmentPicker value={filter.segment} onChange={(segment) => onFilter({ segment, rules: null })} />
        <Button icon={<ListFilter aria-hidden />} onClick={() => setBuilding(true)}>
          {t`Filter by rules`}
        </Button>
      </div>
      {filter.rules && (
        <RulesInForce
          rules={filter.rules}
          onEdit={() => setBuilding(true)}
          onClear={() => onFilter({ segment: null, rules: null })}
        />
      )}
      {building && (
        <Suspense fallback={null}>
          <RulesDialog
            initial={filter.rules ?? EVERYONE}
            isTooLong={(rules) => !fitsIntoAddress(rules)}
            onClose={() => setBuilding(false)}
            onApply={(rules) => {
              setBuilding(false);
              onFilter({ segment: null, rules: rules.rules.length > 0 ? rules : null });
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function SegmentPicker({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const segments = useSegments();
  const isListed = segments.items.some(({ id }) => id === value);
  const name = useSegmentName(value === null || isListed || segments.isPending ? "" : value);
  return (
    <select
      aria-label={t`Segment`}
      value={value ?? ""}
      onChange={(event) => {
        if (event.target.value === "more") void segments.fetchNextPage();
        else onChange(event.target.value || null);
      }}
      className="control w-auto max-w-60"
    >
      <option value="">{t`All segments`}</option>
      {value !== null && !isListed && <option value={value}>{name.data ?? t`Chosen segment`}</option>}
      {segments.items.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {segments.hasNextPage && <option value="more">{t`Load more segments…`}</option>}
    </select>
  );
}

type RulesInForceProps = { rules: RuleGroup; onEdit: () => void; onClear: () => void };

function RulesInForce({ rules, onEdit, onClear }: RulesInForceProps) {
  const words = describeRules(rules, useWords(rules));
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-lg bg-accent-soft py-1 pr-1 pl-3 text-sm">
      <span className="min-w-0 grow wrap-anywhere">{words}</span>
      <Button look="quiet" onClick={onEdit}>
        {t`Edit rules`}
      </Button>
      <Button
        look="quiet"
        aria-label={t`Clear the rules`}
        className="px-2.5!"
        icon={<X aria-hidden />}
        onClick={onClear}
      />
    </p>
  );
}
