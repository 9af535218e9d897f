import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Sparkles } from "lucide-react";
import type { FormEvent } from "react";
import { useNavigate } from "react-router";
import { AssistantStatus } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { Failure } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import { misunderstanding, useAssistant } from "@/lib/assistant";
import { useDraft } from "@/lib/draft";
import { faultsByField } from "@/lib/problem";
import { useCreateSegment } from "@/lib/segments";
import { type Suggestion, SuggestionCard } from "../components/suggestion-card";

/** Segments take that many characters of description. */
const DESCRIPTION = 500;

/** From what a campaign is for to a campaign that could be made, and from there into the form of a new one. */
export function Component() {
  const objective = useDraft("suggestion/1", () => "");
  const assistant = useAssistant("POST /api/campaigns/suggest");
  const create = useCreateSegment();
  const navigate = useNavigate();
  const { phase, answer, error, isBusy } = assistant;
  const asked = assistant.question?.body.objective;
  const suggestedName = answer?.campaign.name ?? "";
  const objection = misunderstanding(error) ?? faultsByField(error).objective;

  function ask(event?: FormEvent) {
    event?.preventDefault();
    const text = objective.value.trim();
    if (text === "" || isBusy) return;
    create.reset();
    assistant.ask({ body: { objective: text } });
  }

  function use({ rules, explanation, campaign }: Suggestion, name: string) {
    create.mutate(
      { name, description: explanation.slice(0, DESCRIPTION), rules },
      {
        onSuccess: ({ id }) => {
          objective.forget();
          toast(t`Segment created`);
          navigate(`/campaigns/new?segment=${encodeURIComponent(id)}`, { state: { suggested: campaign } });
        },
      },
    );
  }

  return (
    <Page
      title={t`Suggest a campaign`}
      back={{ to: "/campaigns", label: t`Campaigns` }}
      description={t`Say what it is for. The assistant proposes whom to write to, how, when and what; you decide.`}
    >
      <Card>
        <form onSubmit={ask} noValidate className="grid gap-3">
          <Field label={t`Objective`} error={asked === objective.value.trim() ? objection : undefined}>
            {(control) => (
              <input
                {...control}
                value={objective.value}
                maxLength={500}
                placeholder={t`e.g. Invite our customers in Pune to the opening of our store on Friday`}
                onChange={(event) => objective.change(event.target.value)}
                className="control"
              />
            )}
          </Field>
          <Button
            type="submit"
            look={answer ? "plain" : "primary"}
            icon={<Sparkles aria-hidden />}
            busy={isBusy}
            disabled={objective.value.trim() === ""}
            className="justify-self-start"
          >
            <Trans>Suggest</Trans>
          </Button>
          <AssistantStatus phase={phase} onCancel={assistant.cancel} />
          {phase === "failed" && !objection && (
            <Failure error={error} onRetry={() => ask()} className="py-3" />
          )}
        </form>
      </Card>
      <div role="status" className="sr-only">
        {answer && t`A suggestion: ${suggestedName}`}
      </div>
      {answer && (
        <SuggestionCard
          key={asked}
          suggestion={answer}
          busy={create.isPending}
          error={create.error}
          onUse={(name) => use(answer, name)}
        />
      )}
    </Page>
  );
}
