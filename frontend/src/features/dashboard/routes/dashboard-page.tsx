import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { Link } from "react-router";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Stats } from "@/lib/contract";
import { formatMoney, formatNumber } from "@/lib/format";
import { statsQuery } from "@/lib/stats";

// Asked for along with the figures, and not waited for before the page itself is there.
const chart = import("../components/daily-card");
const DailyCard = lazy(() => chart);
const overview = import("../components/overview");
const Overview = lazy(() => overview);
const FirstSteps = lazy(() => import("../components/first-steps"));

/** The shop at a glance, refreshed while the tab is visible so that it is never two seconds behind. */
export function Component() {
  const stats = useQuery({ ...statsQuery, refetchInterval: 1_500 });
  const { data, isError } = stats;

  return (
    <Page title={t`Dashboard`} aside={data && <Live broken={isError} />}>
      {data ? (
        <Filled stats={data} />
      ) : isError ? (
        <Card>
          <Failure error={stats.error} onRetry={() => void stats.refetch()} />
        </Card>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Filled({ stats }: { stats: Stats }) {
  if (stats.customers === 0 && stats.orders === 0) {
    return (
      <Suspense fallback={<Skeleton className="h-72 w-full rounded-xl" />}>
        <FirstSteps />
      </Suspense>
    );
  }
  return (
    <>
      <Tiles tiles={tiles(stats)} />
      <Suspense fallback={<Skeleton className="h-96 w-full rounded-xl" />}>
        <DailyCard stats={stats} />
      </Suspense>
      <Suspense fallback={<Skeleton className="h-72 w-full rounded-xl" />}>
        <Overview customers={stats.customers} />
      </Suspense>
    </>
  );
}

/** The figures; without `stats` only their names. */
function tiles(stats?: Stats): Tile[] {
  const count = (figure: "customers" | "orders" | "segments" | "campaigns" | "messages") =>
    stats && formatNumber(stats[figure]);
  const revenue = stats && formatMoney(stats.revenue, stats.currency, "short");
  return [
    { label: t`Revenue`, value: revenue, to: "/orders", size: "large" },
    { label: t`Customers`, value: count("customers"), to: "/customers", size: "medium" },
    { label: t`Orders`, value: count("orders"), to: "/orders", size: "medium" },
    { label: t`Segments`, value: count("segments"), to: "/segments", size: "small" },
    { label: t`Campaigns`, value: count("campaigns"), to: "/campaigns", size: "small" },
    { label: t`Messages`, value: count("messages"), to: "/campaigns", size: "small" },
  ];
}

type Tile = { label: string; value: ReactNode; to?: string; size: keyof typeof SPANS };

/** Columns of six on phones, where the figures stand in three rows, and of seven on wide screens. */
const SPANS = {
  large: "col-span-6 sm:col-span-2",
  medium: "col-span-3 sm:col-span-2 lg:col-span-1",
  small: "col-span-2 lg:col-span-1",
};

function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <ul className="grid grid-cols-6 gap-3 lg:grid-cols-7">
      {tiles.map((tile) => (
        <li
          key={tile.label}
          className={`relative rounded-xl border border-line bg-surface px-3.5 py-3.5 shadow-card sm:px-4 ${SPANS[tile.size]}`}
        >
          {tile.to ? (
            <Link
              to={tile.to}
              className="text-sm text-muted after:absolute after:inset-0 after:rounded-xl hover:text-ink focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
            >
              {tile.label}
            </Link>
          ) : (
            <span className="text-sm text-muted">{tile.label}</span>
          )}
          <p className="text-xl font-semibold tracking-tight tabular-nums wrap-anywhere">{tile.value}</p>
        </li>
      ))}
    </ul>
  );
}

function Live({ broken }: { broken: boolean }) {
  return (
    <span className="flex items-center gap-2 text-sm text-muted" role="status">
      <span aria-hidden className={`size-2 rounded-full ${broken ? "bg-warn" : "bg-accent"}`} />
      {broken ? t`Not reachable, trying again` : t`Live`}
    </span>
  );
}

function Loading() {
  return (
    <div role="status" className="grid gap-5">
      <span className="sr-only">{t`Loading`}</span>
      <Tiles
        tiles={tiles().map(({ label, size }) => ({
          label,
          size,
          value: <Skeleton className="mt-1.5 h-5 w-3/5" />,
        }))}
      />
      <Skeleton className="h-96 rounded-xl" />
    </div>
  );
}
