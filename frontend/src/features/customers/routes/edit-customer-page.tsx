import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Customer } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { Problem } from "@/lib/problem";
import { useCustomer, useUpdateCustomer } from "../api/customers";
import { CustomerForm } from "../components/customer-form";
import { type CustomerValues, changeOf, draftName, rebased, valuesOf } from "../components/customer-values";
import { NoCustomer } from "../components/no-customer";

/** What the form began from, what it has become, and the tag of what it began from. */
type Draft = { before: CustomerValues; values: CustomerValues; etag: string | null };

export function Component() {
  const { id = "" } = useParams();
  const customer = useCustomer(id);
  if (!customer.data) {
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
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const draft = useDraft<Draft>(draftName(id), () => begun(loaded));
  const { before, values, etag } = draft.value;
  const [restored, setRestored] = useState(draft.restored);
  const [reloaded, setReloaded] = useState<{ both: string[] } | null>(null);
  const [reloading, setReloading] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const save = useUpdateCustomer(id);
  const navigate = useNavigate();
  const home = `/customers/${encodeURIComponent(id)}`;
  const error = fault ?? save.error;
  const outdated = error instanceof Problem && error.status === 412;

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
      },
    );
  }

  function leave() {
    draft.forget();
    navigate(home);
  }

  async function reloadAndKeep() {
    setReloading(true);
    try {
      const fresh = await reload();
      const theirs = valuesOf(fresh.data);
      const mine = rebased(before, values, theirs);
      draft.change({ before: theirs, values: mine.values, etag: fresh.etag });
      setReloaded({ both: mine.both });
      setFault(null);
      save.reset();
    } catch (failure) {
      setFault(failure);
    }
    setReloading(false);
  }

  return (
    <Page
      title={t`Edit ${name}`}
      back={{ to: home, label: name }}
      description={loaded.data.name ? t`${email}. The address itself changes only by a merge.` : undefined}
    >
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(begun(loaded));
              draft.forget();
              setRestored(false);
            }}
          />
        )}
        {reloaded && !outdated && <Notice text={inWords(reloaded.both)} />}
      </div>
      <CustomerForm
        values={values}
        onChange={(next) => draft.change({ ...draft.value, values: next })}
        submitLabel={t`Save changes`}
        cancelTo={home}
        busy={save.isPending}
        error={error}
        notice={
          outdated && (
            <div role="alert" className="grid gap-3 rounded-lg bg-warn-soft px-4 py-3 text-sm">
              <div>
                <p className="font-medium text-warn">
                  <Trans>This customer has changed since you opened the form</Trans>
                </p>
                <p>
                  <Trans>
                    Somebody else has saved something, or an order has come in. Nothing of yours is lost: load
                    what is new below your changes, look it over, and save again.
                  </Trans>
                </p>
              </div>
              <div>
                <Button busy={reloading} onClick={() => void reloadAndKeep()}>
                  {t`Reload and keep my changes`}
                </Button>
              </div>
            </div>
          )
        }
        onCancel={draft.forget}
        onSubmit={submit}
      />
    </Page>
  );
}

function begun({ data, etag }: Tagged<Customer>): Draft {
  const values = valuesOf(data);
  return { before: values, values, etag };
}

function inWords(both: readonly string[]): string {
  const fields = both.join(", ");
  return fields
    ? t`The newest state is loaded, with your changes on top of it. You have both changed ${fields}: yours stands here.`
    : t`The newest state is loaded, with your changes on top of it.`;
}
