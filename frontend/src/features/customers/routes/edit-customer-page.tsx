import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { OutdatedNotice } from "@/components/ui/outdated-notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Customer } from "@/lib/contract";
import { useEdit } from "@/lib/edit";
import { isGone } from "@/lib/problem";
import { useCustomer, useUpdateCustomer } from "../api/customers";
import { CustomerForm } from "../components/customer-form";
import { changeOf, draftName, rebased, valuesOf } from "../components/customer-values";
import { NoCustomer } from "../components/no-customer";

export function Component() {
  const { id = "" } = useParams();
  const customer = useCustomer(id);
  if (!customer.data || isGone(customer.error)) {
    return (
      <Page title={t`Edit customer`} back={{ to: "/customers", label: t`Customers` }}>
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
  const kept = customer.data.data.id;
  if (kept !== id) return <Navigate replace to={`/customers/${encodeURIComponent(kept)}/edit`} />;
  const reload = async () => (await customer.refetch({ throwOnError: true })).data as Tagged<Customer>;
  return <Edit key={id} loaded={customer.data} reload={reload} />;
}

type EditProps = { loaded: Tagged<Customer>; reload: () => Promise<Tagged<Customer>> };

function Edit({ loaded, reload }: EditProps) {
  const { id, email } = loaded.data;
  const name = loaded.data.name || email;
  const [both, setBoth] = useState<string[]>([]);
  const edit = useEdit({ name: draftName(id), loaded, reload, valuesOf, rebased: merged });
  const { before, values, etag, fault, setFault } = edit;
  const save = useUpdateCustomer(id, edit);
  const navigate = useNavigate();
  const home = `/customers/${encodeURIComponent(id)}`;

  function merged(...versions: Parameters<typeof rebased>) {
    const mine = rebased(...versions);
    setBoth(mine.both);
    return mine.values;
  }

  function submit() {
    const change = changeOf(before, values);
    setFault(null);
    if (Object.keys(change).length === 0) return leave();
    save.mutate(
      { change, etag },
      {
        onSuccess: () => {
          toast(t`Customer saved`);
          leave();
        },
        onError: setFault,
      },
    );
  }

  function leave() {
    edit.forget();
    navigate(home);
  }

  return (
    <Page
      title={t`Edit ${name}`}
      back={{ to: home, label: name }}
      description={loaded.data.name ? t`${email}. The address itself changes only by a merge.` : undefined}
    >
      <div role="status" className="empty:hidden">
        {edit.restored && <RestoredNotice onDiscard={edit.discard} />}
        {edit.reloaded && !edit.outdated && <Notice text={inWords(both)} />}
      </div>
      <CustomerForm
        values={values}
        onChange={edit.change}
        submitLabel={t`Save changes`}
        cancelTo={home}
        busy={save.isPending}
        error={fault}
        notice={
          edit.outdated && (
            <OutdatedNotice
              title={t`This customer has changed since you opened the form`}
              reloading={edit.reloading}
              onReload={() => void edit.reloadAndKeep()}
            >
              <Trans>
                Somebody else has saved something, or an order has come in. Nothing of yours is lost: load
                what is new below your changes, look it over, and save again.
              </Trans>
            </OutdatedNotice>
          )
        }
        onCancel={edit.forget}
        onSubmit={submit}
      />
    </Page>
  );
}

function inWords(both: readonly string[]): string {
  const fields = both.join(", ");
  return fields
    ? t`The newest state is loaded, with your changes on top of it. You have both changed ${fields}: yours stands here.`
    : t`The newest state is loaded, with your changes on top of it.`;
}
