import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import type { CampaignFunnel, FunnelStep } from "@/lib/contract";
import { formatNumber, plural } from "@/lib/format";

const STEPS: Record<FunnelStep["step"], string> = {
  matching: "Match the segment",
  reachable: "Have an address on this channel",
  consenting: "Have agreed to it",
  notSuppressed: "Are not suppressed",
  notCapped: "Are not over the frequency cap",
  notHeldOut: "Are not held out",
};

type LaunchDialogProps = {
  funnel: CampaignFunnel | undefined;
  open: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onLaunch: () => void;
};

/** The last look before people are written to: how many, and where the others drop out. */
export function LaunchDialog({ funnel, open, busy, error, onClose, onLaunch }: LaunchDialogProps) {
  const widest = Math.max(1, ...(funnel?.steps.map((step) => step.count) ?? []));
  const nobody = funnel?.willSend === 0;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={nobody ? "Nobody would get this" : "Launch this campaign?"}
      footer={
        <>
          <Button onClick={onClose}>Back to the draft</Button>
          <Button look="primary" busy={busy} disabled={nobody || !funnel} onClick={onLaunch}>
            {funnel ? `Launch to ${plural(funnel.willSend, "person", "people")}` : "Launch"}
          </Button>
        </>
      }
    >
      {funnel && (
        <ol className="grid gap-3">
          {funnel.steps.map((step) => (
            <li key={step.step} className="grid gap-1">
              <p className="flex justify-between gap-4 text-sm">
                <span>{STEPS[step.step] ?? step.step}</span>
                <span className="font-medium tabular-nums">{formatNumber(step.count)}</span>
              </p>
              <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-sunken">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${(step.count / widest) * 100}%` }}
                />
              </span>
            </li>
          ))}
          <li className="flex justify-between gap-4 border-t border-line pt-3 font-semibold">
            <span>Will get it</span>
            <span className="tabular-nums">{formatNumber(funnel.willSend)}</span>
          </li>
        </ol>
      )}
      <FormProblem error={error} />
    </Dialog>
  );
}
