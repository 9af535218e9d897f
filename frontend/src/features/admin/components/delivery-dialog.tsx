import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Send } from "lucide-react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { type Fact, Facts } from "@/components/ui/facts";
import { Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import type { DeliveryWithEvent, Webhook } from "@/lib/contract";
import { formatDateTime, formatNumber } from "@/lib/format";
import { useDelivery, useResend } from "../api/deliveries";
import { answerInWords } from "./delivery-words";
import { Code } from "./verify-sample";

type DeliveryDialogProps = {
  webhook: Webhook;
  /** Its id; empty for none. */
  delivery: string;
  onClose: () => void;
};

/** One delivery: what was sent, what came back, and sending it once more. */
export function DeliveryDialog({ webhook, delivery, onClose }: DeliveryDialogProps) {
  const found = useDelivery(webhook.id, delivery);
  const resend = useResend(webhook.id);
  const one = found.data;
  const refused = one && whyNotResent(webhook, one);
  // Somebody may go from one to another by the browser's own buttons.
  const isOfThis = resend.variables === delivery;

  function close() {
    resend.reset();
    onClose();
  }

  return (
    <Dialog
      wide
      open={delivery !== ""}
      title={one?.type ?? t`Delivery`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>
            <Trans>Close</Trans>
          </Button>
          {one && (
            <Button
              look="primary"
              icon={<Send aria-hidden />}
              busy={isOfThis && resend.isPending}
              disabled={refused !== undefined}
              onClick={() => resend.mutate(delivery)}
            >
              <Trans>Resend</Trans>
            </Button>
          )}
        </>
      }
    >
      {one ? (
        <>
          <Facts facts={factsOf(one)} />
          {one.excerpt !== undefined && <Named label={t`The beginning of the answer`} text={one.excerpt} />}
          {one.event !== undefined && (
            <Named label={t`The event as it is sent`} text={JSON.stringify(one.event, null, 2)} />
          )}
          {refused && <p className="text-sm text-muted">{refused}</p>}
          <p role="status" className="text-sm empty:hidden">
            {isOfThis && resend.isSuccess && t`It is sent once more`}
          </p>
          <FormProblem error={isOfThis ? resend.error : null} />
        </>
      ) : found.isError ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Dialog>
  );
}

function Named({ label, text }: { label: string; text: string }) {
  return (
    <div className="grid gap-1.5">
      <h3 className="text-sm text-muted">{label}</h3>
      <Code label={label} text={text} />
    </div>
  );
}

function factsOf(one: DeliveryWithEvent): Fact[] {
  const { subject, eventId, at, outcome, attempts, lastAttemptAt, nextAttemptAt, durationMs } = one;
  const duration = durationMs !== undefined && formatNumber(durationMs);
  const told: (Fact | false)[] = [
    { label: t`Outcome`, value: <StatusBadge status={outcome} /> },
    { label: t`Last answer`, value: answerInWords(one) },
    duration !== false && { label: t`Took`, value: t`${duration} ms` },
    { label: t`Attempts`, value: formatNumber(attempts) },
    lastAttemptAt !== undefined && { label: t`Last attempt`, value: formatDateTime(lastAttemptAt) },
    nextAttemptAt !== undefined && { label: t`Next attempt`, value: formatDateTime(nextAttemptAt) },
    { label: t`Happened`, value: formatDateTime(at) },
    { label: t`About`, value: <Subject subject={subject} /> },
    { label: t`Id of the event`, value: <span className="font-mono text-xs">{eventId}</span> },
  ];
  return told.filter((fact) => fact !== false);
}

/** The things that have a page of their own; messages have none. */
const PAGES = new Set(["customers", "orders", "segments", "campaigns"]);

function Subject({ subject }: { subject: string }) {
  const [kind = ""] = subject.split("/");
  if (!PAGES.has(kind)) return subject;
  return (
    <Link to={`/${subject}`} className="text-accent underline underline-offset-2">
      {subject}
    </Link>
  );
}

function whyNotResent({ state }: Webhook, { event }: DeliveryWithEvent): string | undefined {
  if (event === undefined) {
    return t`Somebody of whom the event told was erased: it is not kept any more, and cannot be resent.`;
  }
  return state === "disabled" ? t`The webhook is disabled: enable it to resend this.` : undefined;
}
