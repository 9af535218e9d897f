import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { LogOut } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/ui/button";
import { LanguageChoice } from "@/components/ui/language-choice";
import { FormProblem } from "@/components/ui/states";
import { signOut } from "@/lib/auth";
import { cn } from "@/lib/cn";
import type { User } from "@/lib/contract";
import { roleName } from "@/lib/permissions";
import type { Place } from "./places";

type UserMenuProps = {
  user: User;
  /** Only the initials, for narrow screens; the panel then opens downwards. */
  compact?: boolean;
  /** Where else one can go from here: what has no room in the navigation of phones. */
  places?: readonly Place[] | undefined;
};

/** Who is signed in, in which role, and the way out. */
export function UserMenu({ user, compact = false, places = [] }: UserMenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  const [leaving, setLeaving] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const name = user.name || user.email;
  const role = roleName(user.role);

  useEffect(() => {
    if (!open) return;
    const closeFromOutside = ({ target }: Event) => {
      if (!root.current?.contains(target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeFromOutside);
    document.addEventListener("focusin", closeFromOutside);
    return () => {
      document.removeEventListener("pointerdown", closeFromOutside);
      document.removeEventListener("focusin", closeFromOutside);
    };
  }, [open]);

  async function leave() {
    setLeaving(true);
    setFault(null);
    await signOut().catch(setFault);
    setLeaving(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only hears Escape on its way up from the controls inside
    <div ref={root} onKeyDown={onKeyDown} className={cn("relative", !compact && "min-w-0 flex-1")}>
      <button
        ref={button}
        type="button"
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        className="flex w-full items-center gap-2.5 rounded-lg p-1.5 text-left transition-colors hover:bg-sunken"
      >
        <span className="sr-only">
          <Trans>Account:</Trans>{" "}
        </span>
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
        >
          {initials(name)}
        </span>
        <span className={compact ? "sr-only" : "min-w-0 flex-1 text-sm leading-tight"}>
          <span className="block truncate font-medium">{name}</span>
          <span className="block text-xs text-muted capitalize">{role}</span>
        </span>
      </button>
      {open && (
        <section
          id={panel}
          aria-label={t`Account`}
          className={cn(
            "absolute z-40 grid max-h-[calc(100dvh-5rem)] w-64 gap-3 overflow-y-auto rounded-xl border border-line bg-surface p-4 shadow-lg",
            compact ? "top-full right-0 mt-2" : "bottom-full left-0 mb-2",
          )}
        >
          <div className="grid gap-0.5 text-sm">
            {user.name && <p className="font-medium wrap-anywhere">{user.name}</p>}
            <p className={cn("wrap-anywhere", user.name && "text-muted")}>{user.email}</p>
            <p className="text-muted">
              <Trans>
                Role: <span className="capitalize">{role}</span>
              </Trans>
            </p>
          </div>
          {places.length > 0 && (
            <ul className="-mx-2 border-y border-line py-2">
              {places.map(({ to, label, icon: Icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    onClick={() => setOpen(false)}
                    className="flex min-h-11 items-center gap-3 rounded-lg px-2 text-sm hover:bg-sunken [&_svg]:size-4.5 [&_svg]:text-muted"
                  >
                    <Icon aria-hidden strokeWidth={1.75} />
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          )}
          <LanguageChoice />
          <FormProblem error={fault} />
          <Button busy={leaving} icon={<LogOut aria-hidden />} onClick={() => void leave()}>
            <Trans>Sign out</Trans>
          </Button>
        </section>
      )}
    </div>
  );
}

/** One letter of the first word and one of the last. */
function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const letters = name.includes("@") ? words.slice(0, 1) : [words[0], words.length > 1 ? words.at(-1) : ""];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}
