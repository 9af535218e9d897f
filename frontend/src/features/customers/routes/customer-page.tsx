import { t } from "@lingui/core/macro";
import { Merge, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Navigate, useLocation, useParams, useSearchParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Segmented } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/states";
import type { Tagged } from "@/lib/api";
import type { Customer } from "@/lib/contract";
import { formatMoney, formatNumber, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { isGone } from "@/lib/problem";
import { useCurrency } from "@/lib/stats";
import { useCustomer } from "../api/customers";
import { AttachmentsCard } from "../components/attachments-card";
import { CustomerMessages } from "../components/customer-messages";
import { CustomerOrders } from "../components/customer-orders";
import { CustomerSegments } from "../components/customer-segments";
import { EraseDialog } from "../components/erase-dialog";
import { MergeDialog } from "../components/merge-dialog";
import { NoCustomer } from "../components/no-customer";
import { ConsentCard, ProfileCard } from "../components/profile-card";
import { Timeline } from "../components/timeline";

const back = () => ({ to: "/customers", label: t`Customers` });

export function Component() {
  const { id = "" } = useParams();
  const { search } = useLocation();
  const customer = useCustomer(id);

  if (!customer.data || isGone(customer.error)) {
    return (
      <Page title={t`Customer`} back={back()}>
        <Card flush>
          {customer.isError ? (
            <NoCustomer error={customer.error} onRetry={() => void customer.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  // Merged into somebody else: old links lead to who stays.
  const kept = customer.data.data.id;
  if (kept !== id) return <Navigate replace to={`/customers/${encodeURIComponent(kept)}${search}`} />;
  return <Profile key={id} loaded={customer.data} reload={customer.refetch} />;
}

type ProfileProps = { loaded: Tagged<Customer>; reload: () => Promise<unknown> };

function Profile({ loaded, reload }: ProfileProps) {
  const [asking, setAsking] = useState<"erase" | "merge" | null>(null);
  const customer = loaded.data;
  const currency = useCurrency();
  const mayWrite = useMay("write");
  const close = () => setAsking(null);
  return (
    <Page
      title={customer.name || customer.email}
      back={back()}
      description={customer.name && customer.email}
      actions={
        mayWrite && (
          <>
            <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking("erase")}>
              {t`Delete`}
            </Button>
            <Button icon={<Merge aria-hidden />} onClick={() => setAsking("merge")}>
              {t`Merge`}
            </Button>
            <ButtonLink
              to={`/customers/${encodeURIComponent(customer.id)}/edit`}
              icon={<Pencil aria-hidden />}
            >
              {t`Edit`}
            </ButtonLink>
          </>
        )
      }
    >
      <Card>
        <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-5">
          <Figure label={t`Spent`} value={formatMoney(customer.totalSpend, currency, "short")} />
          <Figure label={t`Orders`} value={formatNumber(customer.orderCount)} />
          <Figure
            label={t`Average order`}
            value={formatMoney(customer.averageOrderValue, currency, "short")}
          />
          <Figure label={t`Visits`} value={formatNumber(customer.visits)} />
          <Figure label={t`Last active`} value={formatRelative(customer.lastActiveAt)} />
        </dl>
      </Card>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <History id={customer.id} />
        <div className="grid min-w-0 gap-5">
          <ProfileCard customer={customer} />
          <ConsentCard customer={customer} />
          <CustomerSegments customer={customer} />
          <AttachmentsCard customerId={customer.id} />
        </div>
      </div>
      {mayWrite && (
        <>
          <EraseDialog loaded={loaded} reload={reload} open={asking === "erase"} onClose={close} />
          <MergeDialog customer={customer} open={asking === "merge"} onClose={close} />
        </>
      )}
    </Page>
  );
}

const VIEWS = ["timeline", "orders", "messages"] as const;
type View = (typeof VIEWS)[number];

const views = (): { value: View; label: string }[] => [
  { value: "timeline", label: t`Timeline` },
  { value: "orders", label: t`Orders` },
  { value: "messages", label: t`Messages` },
];

/** What happened, or the orders or messages alone; the address keeps which. */
function History({ id }: { id: string }) {
  const [params, setParams] = useSearchParams();
  const choices = views();
  const view = VIEWS.find((one) => one === params.get("view")) ?? "timeline";
  const show = (next: View) => setParams(next === "timeline" ? {} : { view: next }, { replace: true });
  return (
    <Card
      title={choices.find(({ value }) => value === view)?.label}
      flush
      actions={<Segmented label={t`Show`} value={view} choices={choices} onChange={show} />}
    >
      {view === "orders" ? (
        <CustomerOrders id={id} />
      ) : view === "messages" ? (
        <CustomerMessages id={id} />
      ) : (
        <Timeline id={id} />
      )}
    </Card>
  );
}
