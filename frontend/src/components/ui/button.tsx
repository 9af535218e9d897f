import type { ComponentProps, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { cn } from "@/lib/cn";

type Look = "primary" | "plain" | "quiet" | "danger";

const BASE =
  "inline-flex min-h-9.5 items-center justify-center gap-2 rounded-lg px-3.5 text-sm font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:not-disabled:bg-accent-strong",
  plain: "border border-line bg-surface text-ink shadow-card hover:not-disabled:bg-sunken",
  quiet: "text-muted hover:not-disabled:bg-sunken hover:not-disabled:text-ink",
  danger: "border border-line bg-surface text-danger hover:not-disabled:bg-danger-soft",
};

type ButtonProps = ComponentProps<"button"> & { look?: Look; busy?: boolean; icon?: ReactNode };

/** `busy` keeps the button from being pressed twice, and says so to assistive technology. */
export function Button({ look = "plain", busy = false, icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={cn(BASE, LOOKS[look], className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

type ButtonLinkProps = LinkProps & { look?: Look; icon?: ReactNode };

export function ButtonLink({ look = "plain", icon, className, children, ...rest }: ButtonLinkProps) {
  return (
    <Link {...rest} className={cn(BASE, LOOKS[look], typeof className === "string" && className)}>
      {icon}
      {children}
    </Link>
  );
}

export function Spinner() {
  return (
    <span
      aria-hidden
      className="size-4 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent"
    />
  );
}
