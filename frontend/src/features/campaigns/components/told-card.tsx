import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Sparkles } from "lucide-react";
import { AnsweredBy, AssistantStatus } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Failure } from "@/components/ui/states";
import { useAssistant } from "@/lib/assistant";

/** What a campaign has come to, told in words when somebody asks. Every number in them is one of its report. */
export function ToldCard({ campaignId }: { campaignId: string }) {
  const assistant = useAssistant("POST /api/campaigns/{id}/summary");
  const { phase, answer, error, isBusy } = assistant;
  const ask = () => assistant.ask({ path: { id: campaignId } });
  return (
    <Card
      title={t`In words`}
      actions={
        <Button icon={<Sparkles aria-hidden />} busy={isBusy} onClick={ask}>
          {answer ? t`Summarise again` : t`Summarise results`}
        </Button>
      }
    >
      <div className="grid gap-3">
        {phase === "idle" && (
          <p className="text-sm text-muted">
            <Trans>The assistant tells what happened, by the figures of the results and no others.</Trans>
          </p>
        )}
        <AssistantStatus phase={phase} onCancel={assistant.cancel} />
        {phase === "failed" && <Failure error={error} onRetry={ask} className="py-3" />}
        <div role="status" className="grid gap-3 empty:hidden">
          {answer && (
            <>
              <p className="max-w-3xl leading-relaxed whitespace-pre-line wrap-anywhere">{answer.summary}</p>
              <AnsweredBy origin={answer} />
            </>
          )}
        </div>
      </div>
    </Card>
  );
}
