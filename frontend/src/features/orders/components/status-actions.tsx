import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import type { Order, OrderStatus } from "@/lib/contract";
import { formatMoney } from "@/lib/format";
import { Problem } from "@/lib/problem";
import { useChangeOrderStatus } from "../api/orders";

type Action = { label: string; question: string; danger?: boolean };

const actions = (): Record<OrderStatus, Action> => ({
  fulfilled: { label: t`Fulfil`, question: t`Mark this order as fulfilled?` },
  cancelled: { label: t`Cancel order`, question: t`Cancel this order?`, danger: true },
  refunded: { label: t`Refund`, question: t`Mark this order as refunded?`, danger: true },
  placed: { label: t`Back to placed`, question: t`Set this order back to placed?` },
});

/** What is offered from where an order stands; each step can be taken back. */
const OFFERED: Record<OrderStatus, readonly OrderStatus[]> = {
  placed: ["cancelled", "refunded", "fulfilled"],
  fulfilled: ["refunded", "placed"],
  cancelled: ["placed"],
  refunded: ["placed"],
};

type StatusActionsProps = {
  order: Order;
  etag: string | null;
  /** Whether an earlier change is still on its way. */
  waiting: boolean;
  onAccepted: (from: OrderStatus, to: OrderStatus) => void;
  /** Loads the order again, for the newest tag. */
  reload: () => Promise<unknown>;
};

/** Buttons that move an order on, each with a question first. */
export function StatusActions({ order, etag, waiting, onAccepted, reload }: StatusActionsProps) {
  const [asked, setAsked] = useState<OrderStatus | null>(null);
  const change = useChangeOrderStatus(order.id);
  const accepted = useRef(false);
  const all = actions();
  const action = asked && all[asked];

  // The button that was pressed goes, so the focus goes to what the page is about, once the dialog has given it back.
  useEffect(() => {
    if (asked !== null || !accepted.current) return;
    accepted.current = false;
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [asked]);

  function close() {
    change.reset();
    setAsked(null);
  }

  function confirm(status: OrderStatus) {
    change.mutate(
      { status, etag },
      {
        onSuccess: () => {
          onAccepted(order.status, status);
          accepted.current = true;
          close();
        },
        onError: (error) => {
          if (error instanceof Problem && error.status === 412) void reload();
        },
      },
    );
  }

  return (
    <>
      {(OFFERED[order.status] ?? []).map((to) => (
        <Button
          key={to}
          look={all[to].danger ? "danger" : "plain"}
          disabled={waiting}
          onClick={() => setAsked(to)}
        >
          {all[to].label}
        </Button>
      ))}
      <Dialog
        busy={change.isPending}
        open={asked !== null}
        onClose={close}
        title={action?.question ?? ""}
        footer={
          asked && (
            <>
              <Button disabled={change.isPending} onClick={close}>
                <Trans>Leave it as it is</Trans>
              </Button>
              <Button
                look={action?.danger ? "danger" : "primary"}
                busy={change.isPending}
                onClick={() => confirm(asked)}
              >
                {action?.label}
              </Button>
            </>
          )
        }
      >
        {asked && <p className="text-muted">{meaning(asked, order)}</p>}
        <FormProblem error={change.error} />
      </Dialog>
    </>
  );
}

function meaning(to: OrderStatus, { status, total, currency }: Order): string {
  const amount = formatMoney(total, currency);
  if (to === "fulfilled") {
    return t`Everything has been delivered. What the order counts for stays the same.`;
  }
  if (to === "placed") {
    return status === "fulfilled"
      ? t`As if it had not been delivered. What the order counts for stays the same.`
      : t`Its ${amount} count again: in what the customer has spent, in segments and in the figures.`;
  }
  return to === "refunded"
    ? t`Its ${amount} no longer count: not in what the customer has spent, nor in segments and figures. No money moves by this: pay it back where it was paid.`
    : t`Its ${amount} no longer count: not in what the customer has spent, nor in segments and figures.`;
}
