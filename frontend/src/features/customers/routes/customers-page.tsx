import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Columns3, FileDown, Plus, Search, UsersRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ExportStatus } from "@/components/ui/export-status";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type FileExporting, useFileExport } from "@/lib/exports";
import { useMay } from "@/lib/permissions";
import { usePreview } from "@/lib/preview";
import { describeRules } from "@/lib/rules/describe";
import { useWords } from "@/lib/rules/use-words";
import { EVERYONE } from "@/lib/rules/wire";
import { segmentQuery } from "@/lib/segments";
import { statsQuery, useCurrency } from "@/lib/stats";
import { useDebounced } from "@/lib/use-debounced";
import { ColumnsDialog } from "../components/columns-dialog";
import { useCustomerColumns } from "../components/customer-columns";
import { CustomerList } from "../components/customer-list";
import {
  type Audience,
  audienceOf,
  type CustomerFilter,
  filterIn,
  paramsOf,
  rulesOf,
} from "../components/filter";
import { FilterBar } from "../components/filter-bar";

export function Component() {
  const { filter, search, narrow } = useFilterInAddress();
  const settled = useDebounced(filter.search, 250);
  const audience = audienceOf({ ...filter, search: settled });
  const total = useTotal(audience);
  const currency = useCurrency();
  const mayWrite = useMay("write");
  const columns = useCustomerColumns(currency);
  const [choosing, setChoosing] = useState(false);
  const rules = audience.by === "segment" ? within(audience.segment) : rulesOf(audience);
  const exporting = useFileExport({ of: "customers", rules: rules ?? EVERYONE }, total ?? 0);

  return (
    <Page
      title={t`Customers`}
      actions={
        mayWrite && (
          <ButtonLink look="primary" to="/customers/new" icon={<Plus aria-hidden />}>
            {t`New customer`}
          </ButtonLink>
        )
      }
    >
      <FilterBar filter={filter} onSearch={search} onFilter={narrow} />
      <div className="-mt-2 flex flex-wrap justify-end gap-2">
        <Button look="quiet" icon={<Columns3 aria-hidden />} onClick={() => setChoosing(true)}>
          {t`Columns`}
        </Button>
        {/* What a search finds has no rules by which a file could be made. */}
        {mayWrite && rules && (
          <Button
            look="quiet"
            icon={<FileDown aria-hidden />}
            ref={exporting.button}
            busy={exporting.isRunning}
            onClick={exporting.start}
          >
            {t`Export CSV`}
          </Button>
        )}
      </div>
      <ColumnsDialog
        open={choosing}
        columns={columns.columns}
        chosen={columns.chosen}
        onChoose={columns.choose}
        onClose={() => setChoosing(false)}
      />
      {mayWrite && exporting.asked && <Exported exporting={exporting} asked={exporting.asked} />}
      <CustomerList
        // Whom one has chosen among others is not chosen here.
        key={JSON.stringify([filter.segment, filter.rules])}
        audience={audience}
        total={total}
        columns={columns.shown}
        empty={<Nobody filter={filter} mayWrite={mayWrite} />}
      />
    </Page>
  );
}

type ExportedProps = { exporting: FileExporting; asked: NonNullable<FileExporting["asked"]> };

/** The export with the filter that it was asked for with: the list may be of others by now. */
function Exported({ exporting, asked }: ExportedProps) {
  const rules = "rules" in asked.source ? asked.source.rules : EVERYONE;
  return (
    <Card flush>
      <ExportStatus
        exporting={exporting}
        noun={(count) => plural(count, { one: "# customer", other: "# customers" })}
        who={describeRules(rules, useWords(rules))}
      />
    </Card>
  );
}

function Nobody({ filter, mayWrite }: { filter: CustomerFilter; mayWrite: boolean }) {
  const { search } = filter;
  if (filter.segment || filter.rules) {
    return (
      <Empty icon={<Search />} title={t`Nobody matches this filter`}>
        <Trans>Who comes to match it later appears here by themselves.</Trans>
      </Empty>
    );
  }
  if (search) {
    return (
      <Empty icon={<Search />} title={t`Nobody matches “${search}”`}>
        <Trans>The search looks at the beginnings of names and e-mail addresses.</Trans>
      </Empty>
    );
  }
  return (
    <Empty
      icon={<UsersRound />}
      title={t`No customers yet`}
      action={
        mayWrite && (
          <ButtonLink look="primary" to="/imports">
            {t`Import a CSV file`}
          </ButtonLink>
        )
      }
    >
      <Trans>
        They come in over the API, the queue, or from a file; an order for an unknown e-mail address also
        creates its customer.
      </Trans>
    </Empty>
  );
}

const within = (segment: string) => ({
  combinator: "and" as const,
  not: false,
  rules: [{ field: "segment", operator: "in", value: [segment] }],
});

/** How many there are in all; of a search nobody knows. */
function useTotal(audience: Audience): number | undefined {
  const isEveryone = audience.by === "everyone";
  const everyone = useQuery({ ...statsQuery, enabled: isEveryone, select: ({ customers }) => customers });
  const segment = audience.by === "segment" ? audience.segment : "";
  const members = useQuery({
    ...segmentQuery(segment),
    enabled: segment !== "",
    select: ({ data }) => data.count,
  });
  const matching = usePreview(audience.by === "rules" ? audience.rules : null);
  if (isEveryone) return everyone.data;
  return segment ? members.data : matching.data?.count;
}

/** The filter as typed, kept in the address. Words are typed over; a filter can be gone back from. */
function useFilterInAddress() {
  const [params, setParams] = useSearchParams();
  const inAddress = filterIn(params);
  const [typed, setTyped] = useState(inAddress.search);
  useEffect(() => setTyped(inAddress.search), [inAddress.search]);
  const filter = { ...inAddress, search: typed };
  return {
    filter,
    search(text: string) {
      setTyped(text);
      setParams(paramsOf({ ...filter, search: text }), { replace: true });
    },
    narrow(by: Pick<CustomerFilter, "segment" | "rules">) {
      setParams(paramsOf({ ...filter, ...by }));
    },
  };
}
