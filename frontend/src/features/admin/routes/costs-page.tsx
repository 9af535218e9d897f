import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSearchParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Page } from "@/components/ui/page";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { CostLine, Costs } from "@/lib/contract";
import { formatDateTime, formatNumber, formatPrice, formatUtcDay, formatUtcMonth } from "@/lib/format";
import { useCosts } from "../api/costs";
import { basisName, itemName, unitName } from "../components/cost-words";

/** As many months as are offered: the model's use is kept for about three. */
const MONTHS = 6;

/** What a month costs so far, and why: an estimate from counts. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const months = lastMonths(new Date());
  const month = params.get("month") ?? months[0] ?? "";
  const costs = useCosts(month);
  return (
    <Page
      title={t`Costs`}
      description={t`What a month costs on AWS and for the model, estimated from counts by a list of prices. It is no bill: free tiers and taxes are left out.`}
      actions={
        <label className="flex items-center gap-2 text-sm text-muted">
          <Trans>Month</Trans>
          <select
            value={month}
            onChange={({ target }) => setParams(target.value === months[0] ? {} : { month: target.value })}
            className="control w-auto"
          >
            {[...new Set([...months, month])].map((one) => (
              <option key={one} value={one}>
                {formatUtcMonth(`${one}-01`)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {costs.data ? (
        <Shown costs={costs.data} />
      ) : (
        <Card flush>
          {costs.isError ? (
            <Failure error={costs.error} onRetry={() => void costs.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      )}
    </Page>
  );
}

function Shown({ costs }: { costs: Costs }) {
  const price = (amount: number) => formatPrice(amount, costs.currency);
  const sum = (lines: readonly CostLine[]) => price(lines.reduce((all, line) => all + line.price, 0));
  const until = formatDateTime(costs.until);
  const region = costs.region;
  return (
    <>
      <Card>
        <dl className="grid grid-cols-2 gap-5 sm:grid-cols-4">
          <Figure label={t`In all`} value={price(costs.total)} note={t`up to ${until}`} />
          <Figure label={t`Work`} value={sum(costs.work)} note={t`what was done`} />
          <Figure label={t`Standing`} value={sum(costs.floor)} note={t`while nobody does anything`} />
          <Figure
            label={t`Standing, a month`}
            value={price(costs.floorPerMonth)}
            note={t`without any customer`}
          />
        </dl>
      </Card>
      <Card title={t`Work`} flush>
        <Table
          caption={t`What work costs`}
          columns={columns(price, true)}
          rows={costs.work}
          rowKey={({ item }) => item}
        />
        <p className="border-t border-line px-5 py-3 text-sm text-muted">
          <Trans>
            An order that came in a file and was placed this month is in two lines, so the sum may be too
            high.
          </Trans>
        </p>
      </Card>
      <Card title={t`Standing`} flush>
        <Table
          caption={t`What is billed while nobody does anything`}
          columns={columns(price, false)}
          rows={costs.floor}
          rowKey={({ item }) => item}
        />
      </Card>
      <Card title={t`Not counted`}>
        <p className="text-muted">
          <Trans>
            Requests of the web app and of integrations, storage and backups, logs, metrics, traces, traffic,
            and what providers charge for an e-mail or an SMS. The bill of AWS has them.
          </Trans>
        </p>
      </Card>
      <Card title={t`Prices of ${region}`} flush>
        <Table
          caption={t`Prices`}
          columns={[
            {
              header: t`Unit`,
              main: true,
              // Several lines rather than being cut off.
              cell: ({ unit, of, source, date }) => (
                <>
                  <div className="font-medium first-letter:uppercase">{unitName(unit)}</div>
                  <div className="text-sm text-muted">{of}</div>
                  <div className="text-sm sm:hidden">
                    <Source source={source} date={date} />
                  </div>
                </>
              ),
            },
            {
              header: t`A million`,
              end: true,
              cell: ({ usdPerMillion }) => price(Number(usdPerMillion)),
            },
            {
              header: t`Source`,
              end: true,
              from: "sm",
              cell: ({ source, date }) => <Source source={source} date={date} />,
            },
          ]}
          rows={costs.prices}
          rowKey={({ unit }) => unit}
        />
      </Card>
    </>
  );
}

/** Where a price was read, and when. */
function Source({ source, date }: { source: string; date: string }) {
  return (
    <>
      <a
        className="inline-block text-accent underline underline-offset-2"
        href={source}
        target="_blank"
        rel="noreferrer"
      >
        {new URL(source).hostname}
      </a>
      <div className="text-sm whitespace-nowrap text-muted">{formatUtcDay(date)}</div>
    </>
  );
}

function columns(price: (amount: number) => string, hasRate: boolean): Column<CostLine>[] {
  const rate: Column<CostLine> = {
    header: t`A million of them`,
    end: true,
    from: "md",
    cell: ({ perMillion }) => (perMillion === undefined ? "–" : price(perMillion)),
  };
  return [
    {
      header: t`What`,
      main: true,
      cell: ({ item, basis, parts }) => (
        <>
          <div className="font-medium">{itemName(item)}</div>
          <div className="text-sm text-muted">{basisName(basis)}</div>
          {parts.length > 0 && (
            <ul className="mt-1 text-sm text-muted">
              {parts.map(({ unit, amount, price: cost }) => {
                const [used, name, paid] = [formatAmount(amount), unitName(unit), price(cost)];
                return (
                  <li key={unit}>
                    <Trans>
                      {used} {name}: {paid}
                    </Trans>
                  </li>
                );
              })}
            </ul>
          )}
        </>
      ),
    },
    { header: t`How many`, end: true, cell: ({ count }) => formatNumber(count) },
    ...(hasRate ? [rate] : []),
    { header: t`Cost`, end: true, cell: (line) => price(line.price) },
  ];
}

function formatAmount(amount: number): string {
  return formatNumber(amount < 10 ? Number(amount.toFixed(3)) : Math.round(amount));
}

/** Newest first, as the server counts them: in UTC. */
function lastMonths(now: Date): string[] {
  return Array.from({ length: MONTHS }, (_, ago) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7),
  );
}
