import { Trans } from "@lingui/react/macro";
import { cn } from "@/lib/cn";

export type StepState<T extends string> = {
  id: T;
  label: string;
  /** Whether something in it has to be put right. */
  faulty: boolean;
};

type StepperProps<T extends string> = {
  label: string;
  steps: readonly StepState<T>[];
  current: T;
  onGo: (step: T) => void;
};

/** The steps of a long form, each of which can be gone to at any time. */
export function Stepper<T extends string>({ label, steps, current, onGo }: StepperProps<T>) {
  const at = steps.findIndex(({ id }) => id === current);
  return (
    <nav aria-label={label}>
      <ol className="flex gap-2">
        {steps.map((step, index) => {
          const place = index + 1;
          return (
            // On phones only the current step has room for its name.
            <li key={step.id} className={cn("sm:flex-1", step.id === current ? "flex-1" : "w-12 sm:w-auto")}>
              <button
                type="button"
                aria-current={step.id === current ? "step" : undefined}
                onClick={() => onGo(step.id)}
                className={cn(
                  "flex min-h-11 w-full items-center gap-2 border-t-3 pt-2 text-left text-sm transition-colors",
                  index <= at ? "border-accent" : "border-line hover:border-control",
                  step.id === current ? "font-medium text-ink" : "text-muted hover:text-ink",
                )}
              >
                <span
                  aria-hidden
                  className={cn(
                    "grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold tabular-nums",
                    step.faulty
                      ? "bg-danger-soft text-danger"
                      : step.id === current
                        ? "bg-accent text-on-accent"
                        : "bg-sunken text-muted",
                  )}
                >
                  {place}
                </span>
                <span className={cn("leading-tight", step.id !== current && "max-sm:sr-only")}>
                  <span className="sr-only">
                    <Trans>Step {place}:</Trans>{" "}
                  </span>
                  {step.label}
                  {step.faulty && (
                    <span className="sr-only">
                      <Trans>, has something to put right</Trans>
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
