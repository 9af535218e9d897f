import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, Sparkles, Undo2 } from "lucide-react";
import type { KeyboardEvent } from "react";
import { AnsweredBy, AssistantStatus, NotUsed } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Failure } from "@/components/ui/states";
import { misunderstanding, type Said, useAssistant } from "@/lib/assistant";
import type { RuleGroup } from "@/lib/contract";
import { faultsByField, Problem } from "@/lib/problem";

/** Each is understood without a model, too. */
const EXAMPLES = [
  "customers who spent over 5000",
  "shoppers in Pune who ordered in the last 30 days",
  "people who have never ordered",
];

type DescribeBoxProps = {
  prompt: string;
  onPrompt: (prompt: string) => void;
  /** Whether the builder has these rules. */
  isInUse: (rules: RuleGroup) => boolean;
  /** Puts rules into the builder; what was there can be had back. */
  onUse: (rules: RuleGroup) => void;
  /** Gives back what the builder had before, as long as nothing was changed since. */
  onUndo: (() => void) | undefined;
};

/** People in plain words. What comes back is read first: only who says so has it in the builder. */
export function DescribeBox({ prompt, onPrompt, isInUse, onUse, onUndo }: DescribeBoxProps) {
  const assistant = useAssistant("POST /api/generate-rules");
  const { phase, error, answer, isBusy } = assistant;
  const about = assistant.question?.body.prompt;
  const objection = about === prompt.trim() ? objectionTo(error) : undefined;

  function ask() {
    const asked = prompt.trim();
    if (asked !== "" && !isBusy) assistant.ask({ body: { prompt: asked } });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  }

  return (
    <section
      aria-label={t`In plain words`}
      className="grid gap-3 rounded-xl border border-line bg-surface p-4 shadow-card"
    >
      <Field
        label={t`Describe the people in plain words`}
        optional
        error={objection}
        hint={t`Enter asks. Nothing changes below before you say so.`}
      >
        {(control) => (
          <div className="flex flex-wrap items-start gap-2">
            <textarea
              {...control}
              rows={2}
              value={prompt}
              maxLength={1_000}
              placeholder={t`e.g. customers in Pune who spent over ₹5,000 and were not active in the last 30 days`}
              onChange={(event) => onPrompt(event.target.value)}
              onKeyDown={onKeyDown}
              className="control min-w-0 flex-1 basis-64 resize-y"
            />
            <Button
              icon={<Sparkles aria-hidden />}
              busy={isBusy}
              disabled={prompt.trim() === ""}
              onClick={ask}
            >
              <Trans>Find rules</Trans>
            </Button>
          </div>
        )}
      </Field>
      {objection && (
        <div className="grid gap-1.5 text-sm">
          <p className="text-muted">
            <Trans>Say what is known of customers. These work:</Trans>
          </p>
          <ul className="flex flex-wrap gap-1.5">
            {EXAMPLES.map((example) => (
              <li key={example}>
                <button
                  type="button"
                  onClick={() => {
                    onPrompt(example);
                    assistant.ask({ body: { prompt: example } });
                  }}
                  className="min-h-8 rounded-full border border-line px-3 text-left hover:bg-sunken"
                >
                  {example}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <AssistantStatus phase={phase} onCancel={assistant.cancel} />
      {phase === "failed" && !objectionTo(error) && (
        <Failure
          error={error}
          onRetry={about ? () => assistant.ask({ body: { prompt: about } }) : undefined}
          className="py-3"
        />
      )}
      {answer && <Proposal answer={answer} isInUse={isInUse(answer.rules)} onUse={onUse} onUndo={onUndo} />}
    </section>
  );
}

type ProposalProps = Pick<DescribeBoxProps, "onUse" | "onUndo"> & {
  answer: Said<"POST /api/generate-rules">;
  isInUse: boolean;
};

function Proposal({ answer, isInUse, onUse, onUndo }: ProposalProps) {
  return (
    <div role="status" className="grid gap-2.5 border-t border-line pt-3">
      <p className="wrap-anywhere">
        <span className="sr-only">
          <Trans>Understood as: </Trans>
        </span>
        <span className="font-medium">{answer.explanation}</span>
      </p>
      <NotUsed parts={answer.unsupported} />
      <div className="flex flex-wrap items-center gap-2">
        {isInUse ? (
          <>
            <p className="inline-flex min-h-9.5 items-center gap-1.5 text-sm text-accent [&_svg]:size-4">
              <Check aria-hidden /> <Trans>These rules are in the builder.</Trans>
            </p>
            {onUndo && (
              <Button look="quiet" icon={<Undo2 aria-hidden />} onClick={onUndo}>
                <Trans>Take back the former rules</Trans>
              </Button>
            )}
          </>
        ) : (
          <Button look="primary" onClick={() => onUse(answer.rules)}>
            <Trans>Use these rules</Trans>
          </Button>
        )}
      </div>
      <AnsweredBy origin={answer} />
    </div>
  );
}

/** What is wrong with the prompt itself. */
function objectionTo(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return misunderstanding(error) ?? faultsByField(error).prompt;
}
