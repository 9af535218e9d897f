import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { toast } from "@/components/ui/toasts";
import { useDraft } from "@/lib/draft";
import { useCurrency } from "@/lib/stats";
import { usePlaceOrder } from "../api/orders";
import { OrderForm } from "../components/order-form";
import { emptyOrder, orderOf } from "../components/order-values";

export function Component() {
  const draft = useDraft("new-order/1", emptyOrder);
  const [restored, setRestored] = useState(draft.restored);
  const currency = useCurrency();
  const place = usePlaceOrder(draft);
  const navigate = useNavigate();

  function submit() {
    const email = draft.value.email.trim();
    place.mutate(orderOf(draft.value, currency), {
      onSuccess: () => {
        toast(t`The order of ${email} will be in the list in a moment`);
        navigate("/orders");
      },
    });
  }

  return (
    <Page title={t`New order`} back={{ to: "/orders", label: t`Orders` }}>
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(emptyOrder());
              draft.forget();
              place.reset();
              setRestored(false);
            }}
          />
        )}
      </div>
      <OrderForm
        values={draft.value}
        currency={currency}
        busy={place.isPending}
        error={place.error}
        onChange={(next) => {
          // The server names items by their places, which are others now.
          if (next.items.length !== draft.value.items.length) place.reset();
          draft.change(next);
        }}
        onCancel={draft.forget}
        onSubmit={submit}
      />
    </Page>
  );
}
