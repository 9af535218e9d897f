import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { ExplainedRules, Verdict } from "@/components/rules/explained-rules";
import { AddressQuestion } from "@/components/ui/address-question";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Failure, SkeletonRows } from "@/components/ui/states";
import type { Why, WhyStep } from "@/lib/contract";
import { faultsByField, Problem } from "@/lib/problem";
import { useWhy } from "../api/campaigns";
import { passesInWords } from "./funnel";
import { skippedInWords } from "./message-words";

type WhyDialogProps = {
  campaignId: string;
  /** Whom it is about; empty to ask for an address, `null` while it is closed. */
  about: string | null;
  onClose: () => void;
};

/** Why somebody got a campaign, or did not: each step as it was decided and as it would be now. */
export function WhyDialog({ campaignId, about, onClose }: WhyDialogProps) {
  return (
    <Dialog
      wide
      open={about !== null}
      onClose={onClose}
      title={t`Why did they get it, or not?`}
      footer={
        <Button onClick={onClose}>
          <Trans>Close</Trans>
        </Button>
      }
    >
      {about !== null && <Asked key={about} campaignId={campaignId} about={about} />}
    </Dialog>
  );
}

function Asked({ campaignId, about }: { campaignId: string; about: string }) {
  const [email, setEmail] = useState(about);
  const why = useWhy(campaignId, email);
  const { data, error } = why;
  const refused = faultsByField(error).email;
  const unknown = error instanceof Problem && error.status === 404;

  function ask(next: string) {
    if (next !== "" && next === email) void why.refetch();
    setEmail(next);
  }

  return (
    <>
      <AddressQuestion
        label={t`E-mail address`}
        ask={t`Ask`}
        initial={about}
        refused={refused}
        busy={why.isFetching}
        onAsk={ask}
      />
      {email === "" ? (
        <p className="text-sm text-muted">
          <Trans>
            For anybody, whether or not they are in the log: step by step, as it was decided and as things are
            now.
          </Trans>
        </p>
      ) : data ? (
        <Explained why={data} />
      ) : unknown ? (
        <p role="status" className="text-sm">
          <Trans>No customer has the address {email}.</Trans>
        </p>
      ) : error ? (
        !refused && <Failure error={error} onRetry={() => void why.refetch()} className="py-4" />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </>
  );
}

function Explained({ why }: { why: Why }) {
  const { entry, steps, rules } = why;
  return (
    <div className="grid gap-4">
      <p role="status" className="flex flex-wrap items-center gap-2 text-sm">
        <span className="font-medium wrap-anywhere">{why.email}</span>
        {entry ? (
          <StatusBadge status={entry.status} />
        ) : (
          <span className="text-muted">
            <Trans>is not in the log</Trans>
          </span>
        )}
        {entry?.skippedReason && <span className="text-muted">{skippedInWords(entry.skippedReason)}</span>}
        {entry?.failedReason && <span className="text-muted wrap-anywhere">{entry.failedReason}</span>}
      </p>
      <table className="w-full text-sm">
        <caption className="sr-only">
          <Trans>Steps</Trans>
        </caption>
        <thead className="text-xs text-muted">
          <tr className="border-b border-line">
            <th scope="col" className="py-1.5 text-left font-medium">
              <Trans>Step</Trans>
            </th>
            <th scope="col" className="w-24 py-1.5 text-left font-medium">
              <Trans>At launch</Trans>
            </th>
            <th scope="col" className="w-20 py-1.5 text-left font-medium">
              <Trans>Now</Trans>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {steps.map((step) => (
            <Step key={step.step} step={step} />
          ))}
        </tbody>
      </table>
      {rules && (
        <section className="grid gap-2">
          <h3 className="text-sm font-medium text-muted">
            <Trans>The segment’s rules, as things are now</Trans>
          </h3>
          <ExplainedRules explained={rules} />
        </section>
      )}
    </div>
  );
}

function Step({ step: { step, atLaunch, now } }: { step: WhyStep }) {
  return (
    <tr className="align-top">
      <th scope="row" className="py-1.5 pr-3 text-left font-normal">
        {passesInWords(step)}
      </th>
      <td className="py-1.5">
        <Passed holds={atLaunch} />
      </td>
      <td className="py-1.5">
        <Passed holds={now} />
      </td>
    </tr>
  );
}

/** Nothing where a step was not asked, since an earlier one had decided. */
function Passed({ holds }: { holds: boolean | null | undefined }) {
  if (holds === null || holds === undefined)
    return (
      <span className="text-muted">
        <Trans>not asked</Trans>
      </span>
    );
  return (
    <span className="flex items-start gap-1.5">
      <Verdict holds={holds} />
      <span aria-hidden>{holds ? t`yes` : t`no`}</span>
    </span>
  );
}
