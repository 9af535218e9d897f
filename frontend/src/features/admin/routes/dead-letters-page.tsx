import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { MailCheck, RotateCw } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Empty, Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { DeadLetter } from "@/lib/contract";
import { useDeadLetters, useRedriveLetter } from "../api/dead-letters";
import { DiscardDialog } from "../components/discard-dialog";
import { Letter } from "../components/letter";
import { RedriveDialog } from "../components/redrive-dialog";

/** The dead letters of one queue: why each is one, and what is to become of it. */
export function Component() {
  const { name: queue = "" } = useParams();
  const letters = useDeadLetters(queue);
  const redrive = useRedriveLetter();
  const [discarding, setDiscarding] = useState<DeadLetter | null>(null);
  const [redriving, setRedriving] = useState(false);
  const found = letters.data;

  function again({ id }: DeadLetter) {
    redrive.mutate({ queue, id }, { onSuccess: () => toast(t`The letter gets another try`) });
  }

  return (
    <Page
      title={t`Dead letters of ${queue}`}
      description={t`What was accepted and could not be applied. Mend the cause, then redrive: what was done already is not done twice.`}
      back={{ to: "/queues", label: t`Queues` }}
      actions={
        <>
          <Button
            icon={<RotateCw aria-hidden />}
            busy={letters.isRefetching}
            onClick={() => void letters.refetch()}
          >
            <Trans>Look again</Trans>
          </Button>
          {found && found.total > 0 && (
            <Button look="primary" onClick={() => setRedriving(true)}>
              <Trans>Redrive all</Trans>
            </Button>
          )}
        </>
      }
    >
      <FormProblem error={redrive.error} />
      <Card flush>
        {!found ? (
          letters.isError ? (
            <Failure error={letters.error} onRetry={() => void letters.refetch()} />
          ) : (
            <SkeletonRows />
          )
        ) : found.total === 0 ? (
          <Empty icon={<MailCheck />} title={t`No dead letters`}>
            <Trans>Everything that came by this queue was applied, or still will be.</Trans>
          </Empty>
        ) : (
          <>
            <p role="status" className="px-5 py-3 text-sm text-muted">
              {letters.isError
                ? t`Not reachable: this list is old.`
                : inWords(found.items.length, found.total)}
            </p>
            <ul className="divide-y divide-line border-t border-line">
              {found.items.map((letter) => (
                <Letter
                  key={letter.id}
                  letter={letter}
                  busy={redrive.isPending && redrive.variables.id === letter.id}
                  onRedrive={() => again(letter)}
                  onDiscard={() => setDiscarding(letter)}
                />
              ))}
            </ul>
          </>
        )}
      </Card>
      <DiscardDialog queue={queue} letter={discarding} onClose={() => setDiscarding(null)} />
      <RedriveDialog
        queue={redriving && found ? { name: queue, deadLetters: found.total } : null}
        onClose={() => setRedriving(false)}
      />
    </Page>
  );
}

function inWords(listed: number, total: number): string {
  if (listed >= total) return plural(total, { one: "# dead letter.", other: "# dead letters." });
  return plural(total, {
    one: "# dead letter, which somebody else is looking at. Look again in half a minute.",
    other: `# dead letters; ${listed} could be seen just now. A queue shows up to 200, and none that somebody else is looking at.`,
  });
}
