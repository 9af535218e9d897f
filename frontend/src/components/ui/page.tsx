import { ChevronLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useNavigationType } from "react-router";

type PageProps = {
  title: string;
  /** What stands beside the title, a status for example. */
  aside?: ReactNode;
  description?: ReactNode;
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
};

let seen = false;

/** A page's frame: document title, heading, actions. Moves the focus to the heading when one has navigated here. */
export function Page({ title, aside, description, back, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const navigation = useNavigationType();

  useEffect(() => {
    document.title = `${title} · Mini CRM`;
  }, [title]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival
  useEffect(() => {
    if (seen && navigation === "PUSH") heading.current?.focus({ preventScroll: true });
    seen = true;
  }, []);

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <header className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        {back && (
          <div className="w-full">
            <Link
              to={back.to}
              className="-ml-1 inline-flex w-fit max-w-full items-center gap-1 rounded text-sm text-muted hover:text-ink"
            >
              <ChevronLeft aria-hidden className="size-4 shrink-0" />
              <span className="truncate">{back.label}</span>
            </Link>
          </div>
        )}
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1
            ref={heading}
            tabIndex={-1}
            className="min-w-0 text-2xl font-semibold tracking-tight wrap-anywhere"
          >
            {title}
          </h1>
          {aside}
        </div>
        {/* On phones the buttons have lines of their own, below what they are about. */}
        {description && (
          <div className="w-full sm:order-2">
            <p className="max-w-3xl text-muted wrap-anywhere">{description}</p>
          </div>
        )}
        {actions && <div className="flex flex-wrap gap-2 max-sm:mt-2 sm:order-1">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
