import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowLeft, ArrowRight, Save, Send } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/ui/button";
import { FormProblem } from "@/components/ui/states";
import { Stepper } from "@/components/ui/stepper";
import { formatNumber } from "@/lib/format";
import { faultsByField, fieldPath, Problem } from "@/lib/problem";
import { useRefusal } from "@/lib/refusal";
import { useFunnel } from "../api/drafts";
import { AudienceStep } from "./audience-step";
import {
  type Faults,
  faultsOf,
  fieldInWords,
  firstFaulty,
  STEPS,
  type Step,
  stepName,
  stepOf,
} from "./campaign-faults";
import { whenInWords } from "./campaign-summary";
import { type CampaignValues, wireOf } from "./campaign-values";
import { CostLines } from "./expected-cost";
import { LaunchDialog } from "./launch-dialog";
import { MessageStep } from "./message-step";
import { ReviewStep } from "./review-step";
import { ScheduleStep } from "./schedule-step";
import type { StepProps } from "./step-props";

type CampaignFormProps = {
  values: CampaignValues;
  onChange: (values: CampaignValues) => void;
  /** The draft that this is about; a new campaign has none yet. */
  draftId?: string;
  /** What of it the server has, in words. */
  state: string;
  busy: "saving" | "launching" | null;
  /** Why saving or launching failed. */
  error: unknown;
  /** Stands where the fault of a form stands. */
  notice?: ReactNode;
  onSave: () => void;
  onLaunch: () => void;
};

/**
 * A campaign in four steps, each with an address of its own, in whatever order. Values are the page's, which keeps them
 * over a reload. Faults show at their fields once a step has been left, or the server has said so.
 */
export function CampaignForm(props: CampaignFormProps) {
  const { values, draftId, state, busy, error, notice } = props;
  const [params, setParams] = useSearchParams();
  const step = STEPS.find((one) => one === params.get("step")) ?? "audience";
  const [left, setLeft] = useState<ReadonlySet<Step>>(new Set());
  const [tried, setTried] = useState(0);
  const [asking, setAsking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const own = faultsOf(values);
  const isComplete = Object.keys(own).length === 0;
  const wire = wireOf(values);
  const funnel = useFunnel(wire, draftId, step === "review" && isComplete);
  const refused = { ...faultsByField(funnel.error), ...useRefusal(error, wire) };
  const faults: Faults = { ...refused, ...(step === "review" ? own : ofSteps(own, left)) };
  const at = STEPS.indexOf(step);
  const [number, count] = [formatNumber(at + 1), formatNumber(STEPS.length)];
  const name = stepName(step);
  const [before, after] = [STEPS[at - 1], STEPS[at + 1]];

  function go(next: Step) {
    setLeft((steps) => new Set([...steps, ...(next === "review" ? STEPS : [step])]));
    setParams((current) => ({ ...Object.fromEntries(current), step: next }));
  }

  function goOn() {
    if (!after) return;
    setLeft((steps) => new Set([...steps, step]));
    if (Object.keys(ofSteps(own, new Set([step]))).length === 0) go(after);
    else setTried((n) => n + 1);
  }

  function save() {
    if (isComplete) return props.onSave();
    setLeft(new Set(STEPS));
    setTried((n) => n + 1);
    const faulty = firstFaulty(own);
    if (faulty && faulty !== step) go(faulty);
  }

  // To where something has to be put right, in whatever step that is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    const faulty = error instanceof Problem ? firstFaulty(faultsByField(error)) : undefined;
    if (!faulty) return;
    setAsking(false);
    if (faulty !== step) go(faulty);
    setTried((n) => n + 1);
  }, [error]);

  // On arrival in a step the focus goes to what has to be put right in it, or to its beginning.
  const arrived = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each step and attempt
  useEffect(() => {
    const fault = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    if (arrived.current) (fault ?? form.current?.querySelector<HTMLElement>("[data-step]"))?.focus();
    arrived.current = true;
  }, [step, tried]);

  const stepProps: StepProps = {
    values,
    faults,
    set(part) {
      // What is taken back later is so in the form as it is then, and nowhere once that is gone.
      if (!form.current) return;
      const { values, onChange } = latest.current;
      onChange({ ...values, ...(typeof part === "function" ? part(values) : part) });
    },
  };
  const nextName = after && stepName(after);
  const willSend = funnel.data?.willSend;
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        goOn();
      }}
      className="grid max-w-3xl gap-5"
    >
      <Stepper
        label={t`Steps`}
        steps={STEPS.map((id) => ({
          id,
          label: stepName(id),
          faulty: Object.keys(faults).some((field) => stepOf(field) === id),
        }))}
        current={step}
        onGo={go}
      />
      <section
        data-step
        tabIndex={-1}
        aria-label={t`Step ${number} of ${count}: ${name}`}
        // What is being saved is not to change meanwhile.
        inert={busy !== null}
        className="grid gap-5 outline-none"
      >
        {step === "audience" && <AudienceStep {...stepProps} />}
        {step === "message" && <MessageStep {...stepProps} />}
        {step === "schedule" && <ScheduleStep {...stepProps} />}
        {step === "review" && <ReviewStep values={values} faults={faults} funnel={funnel} onGo={go} />}
      </section>
      {notice || (
        <FormProblem
          error={asking ? null : error}
          shown={shownFields(error)}
          name={(field) => fieldInWords(fieldPath(field))}
        />
      )}
      <div className="sticky bottom-14 z-20 -mx-4 flex flex-wrap items-center gap-2 border-t border-line bg-canvas/95 px-4 py-3 backdrop-blur md:bottom-0">
        {before && (
          <Button
            look="quiet"
            className="max-sm:px-2.5!"
            icon={<ArrowLeft aria-hidden />}
            onClick={() => go(before)}
          >
            <span className="max-sm:sr-only">
              <Trans>Back</Trans>
            </span>
          </Button>
        )}
        <p role="status" className="mr-auto text-sm text-muted max-sm:w-full max-sm:order-first">
          {state}
        </p>
        <Button icon={<Save aria-hidden />} busy={busy === "saving"} disabled={busy !== null} onClick={save}>
          <span>
            <Trans>
              Save <span className="max-sm:sr-only">draft</span>
            </Trans>
          </span>
        </Button>
        {after ? (
          <Button type="submit" look="primary" disabled={busy !== null}>
            <Trans>
              Next<span className="sr-only">: {nextName}</span>
            </Trans>
            <ArrowRight aria-hidden />
          </Button>
        ) : (
          <Button
            look="primary"
            icon={<Send aria-hidden />}
            busy={busy === "launching"}
            disabled={busy !== null || !isComplete || !willSend || funnel.isFetching}
            onClick={() => setAsking(true)}
          >
            {willSend
              ? t`Launch to ${plural(willSend, { one: "# person", other: "# people" })}…`
              : t`Launch…`}
          </Button>
        )}
      </div>
      <LaunchDialog
        people={willSend ?? 0}
        cost={funnel.data && <CostLines draft={wire} funnel={funnel.data} />}
        when={whenInWords(wire)}
        open={asking}
        busy={busy === "launching"}
        error={error}
        onClose={() => setAsking(false)}
        onLaunch={props.onLaunch}
      />
    </form>
  );
}

function ofSteps(faults: Faults, steps: ReadonlySet<Step>): Faults {
  return Object.fromEntries(
    Object.entries(faults).filter(([field]) => {
      const step = stepOf(field);
      return step !== undefined && steps.has(step);
    }),
  );
}

/** The faults that stand at a field, in the server's own spelling. */
function shownFields(error: unknown): string[] {
  if (!(error instanceof Problem)) return [];
  return error.errors.map(({ field }) => field).filter((field) => stepOf(fieldPath(field)) !== undefined);
}
