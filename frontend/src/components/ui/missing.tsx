import type { ReactNode } from "react";
import { Problem } from "@/lib/problem";
import { ButtonLink } from "./button";
import { Empty, Failure } from "./states";

type MissingProps = {
  error: unknown;
  onRetry: () => void;
  icon: ReactNode;
  /** Says that there is none. */
  title: string;
  /** Where the others are. */
  list: { to: string; label: string };
  /** Why that may be. */
  children: ReactNode;
};

/** Stands for what could not be loaded; where there is none, another try would not help, so the others are offered. */
export function Missing({ error, onRetry, icon, title, list, children }: MissingProps) {
  if (!(error instanceof Problem) || error.status !== 404) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Empty icon={icon} title={title} action={<ButtonLink to={list.to}>{list.label}</ButtonLink>}>
      {children}
    </Empty>
  );
}
