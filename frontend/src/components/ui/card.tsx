import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

type CardProps = {
  title?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** Lets tables reach the card's edges. */
  flush?: boolean;
  children: ReactNode;
};

export function Card({ title, actions, className, flush, children }: CardProps) {
  return (
    <section
      className={cn(
        "min-w-0 overflow-hidden rounded-xl border border-line bg-surface shadow-card",
        className,
      )}
    >
      {(title || actions) && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 pt-4 pb-1">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      <div className={flush ? "" : "p-5"}>{children}</div>
    </section>
  );
}
