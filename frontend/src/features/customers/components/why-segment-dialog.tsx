import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ExplainedRules } from "@/components/rules/explained-rules";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Failure, SkeletonRows } from "@/components/ui/states";
import type { Customer, Membership } from "@/lib/contract";
import { useWhySegment } from "../api/customers";

type WhySegmentDialogProps = { customer: Customer; segment: Membership | null; onClose: () => void };

/** Why somebody belongs to a segment, condition by condition. */
export function WhySegmentDialog({ customer, segment, onClose }: WhySegmentDialogProps) {
  const who = customer.name || customer.email;
  const name = segment?.name ?? "";
  return (
    <Dialog
      wide
      open={segment !== null}
      onClose={onClose}
      title={t`Why is ${who} in “${name}”?`}
      footer={
        <Button onClick={onClose}>
          <Trans>Close</Trans>
        </Button>
      }
    >
      {segment && <Explanation segmentId={segment.id} email={customer.email} />}
    </Dialog>
  );
}

function Explanation({ segmentId, email }: { segmentId: string; email: string }) {
  const { data, error, refetch } = useWhySegment(segmentId, email);
  if (!data) {
    return error ? <Failure error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={3} />;
  }
  if (data.rules.length === 0) {
    return (
      <p role="status" className="text-sm">
        <Trans>This segment has no conditions: it holds everybody, or lists people by name.</Trans>
      </p>
    );
  }
  return (
    <>
      <p role="status" className="text-sm text-muted">
        {data.holds
          ? t`The conditions of the segment, and what holds for this customer now:`
          : t`The conditions do not hold for this customer any more; they leave the segment in a moment:`}
      </p>
      <div>
        <ExplainedRules explained={data} />
      </div>
    </>
  );
}
