import { Trans } from "@lingui/react/macro";
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { Button } from "./button";

/** What went wrong, in the server's words, and a way to try again. */
export function Failure({
  error,
  onRetry,
  className,
}: {
  error: unknown;
  onRetry?: () => void;
  className?: string;
}) {
  const problem = asProblem(error);
  return (
    <div role="alert" className={cn("grid justify-items-center gap-3 px-6 py-12 text-center", className)}>
      <CircleAlert aria-hidden className="size-6 text-danger" />
      <div>
        <p className="font-medium">{problem.message}</p>
        {problem.detail && <p className="text-sm text-muted">{problem.detail}</p>}
      </div>
      {onRetry && (
        <Button icon={<RotateCw aria-hidden />} onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}

type EmptyProps = { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode };

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="grid justify-items-center gap-3 px-6 py-14 text-center">
      {icon && (
        <span className="grid size-12 place-items-center rounded-full bg-accent-soft text-accent [&_svg]:size-6">
          {icon}
        </span>
      )}
      <div className="max-w-md">
        <p className="font-medium">{title}</p>
        {children && <p className="mt-0.5 text-sm text-muted">{children}</p>}
      </div>
      {action}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("block animate-pulse rounded bg-sunken", className)} />;
}

export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">
        <Trans>Loading</Trans>
      </span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={row} className="flex items-center gap-6 px-5 py-4">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  );
}

type FormProblemProps = {
  error: unknown;
  /** Fields whose faults stand beside them. */
  shown?: readonly string[];
  /** A field of the API in words. */
  name?: (field: string) => string;
};

/** A refused form: its title, and the faults that belong to no field on the screen. */
export function FormProblem({ error, shown = [], name = (field) => field }: FormProblemProps) {
  if (!error) return null;
  const problem = asProblem(error);
  const rest = problem.errors.filter(({ field }) => !shown.includes(field));
  return (
    <div role="alert" className="rounded-lg border border-danger/30 bg-danger-soft px-4 py-3 text-sm">
      <p className="font-medium text-danger">{problem.message}</p>
      {problem.detail && <p>{problem.detail}</p>}
      {rest.length > 0 && (
        <ul className="mt-1 list-disc pl-5">
          {rest.map(({ field, reason }) => (
            <li key={field + reason}>{field ? `${name(field)}: ${reason}` : reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
