import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Moon, Sun } from "lucide-react";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { Link, NavLink, Outlet } from "react-router";
import { Toasts } from "@/components/ui/toasts";
import { cn } from "@/lib/cn";
import { userOf, useSession } from "@/lib/session";
import { useTheme } from "@/lib/theme";
import { useIsLoading } from "./page";
import { PageErrors } from "./page-error";
import { PaletteButton, usePalette } from "./palette-button";
import { type Place, places, useAdministration } from "./places";
import { useScrollMemory } from "./scroll-memory";
import { UserMenu } from "./user-menu";

const CommandPalette = lazy(() => import("./command-palette"));

/** Navigation around every page: a side bar on wide screens, a bar under the thumb on phones. */
export function Shell() {
  const isLoading = useIsLoading();
  const administration = useAdministration();
  const [searching, setSearching] = usePalette();
  useScrollMemory();
  const search = () => setSearching(true);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[14rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only rounded-lg bg-surface px-4 py-2 focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50"
      >
        <Trans>Skip to content</Trans>
      </a>
      {isLoading && <div aria-hidden className="fixed inset-x-0 top-0 z-40 h-0.5 animate-pulse bg-accent" />}
      <aside className="hidden md:block">
        <div className="sticky top-0 flex h-dvh flex-col gap-4 border-r border-line px-3 py-5">
          <Brand />
          <PaletteButton onOpen={search} />
          <nav aria-label={t`Main`} className="-m-1 grid min-h-0 content-start gap-0.5 overflow-y-auto p-1">
            {places().map((place) => (
              <SideLink key={place.to} place={place} />
            ))}
            <h2 className="mt-4 px-3 pb-1 text-xs font-medium text-muted">
              <Trans>Administration</Trans>
            </h2>
            {administration.map((place) => (
              <SideLink key={place.to} place={place} />
            ))}
          </nav>
          <div className="mt-auto">
            <Person />
          </div>
        </div>
      </aside>
      <div className="min-w-0">
        <header className="flex items-center justify-between border-b border-line px-4 py-2.5 md:hidden">
          <Brand />
          <div className="flex items-center gap-1">
            <PaletteButton compact onOpen={search} />
            <Person compact others={administration} />
          </div>
        </header>
        <OfflineNotice />
        <main id="main" tabIndex={-1} className="mx-auto max-w-6xl px-4 pt-6 pb-28 md:px-8 md:pt-8 md:pb-16">
          <PageErrors framed>
            <Suspense>
              <Outlet />
            </Suspense>
          </PageErrors>
        </main>
      </div>
      <nav
        aria-label={t`Main`}
        className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-6 border-t border-line bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur md:hidden"
      >
        {places().map(({ to, label, short, icon: Icon }) => (
          <NavLink
            key={to}
            to={to}
            end={to === "/"}
            className={({ isActive }) =>
              cn(
                "grid min-h-14 place-content-center justify-items-center gap-0.5 text-[0.625rem] -outline-offset-2! [&_svg]:size-5",
                isActive ? "font-medium text-accent" : "text-muted",
              )
            }
          >
            <Icon aria-hidden strokeWidth={1.75} />
            {short ?? label}
          </NavLink>
        ))}
      </nav>
      {searching && (
        <Suspense>
          <CommandPalette onClose={() => setSearching(false)} />
        </Suspense>
      )}
      <Toasts />
    </div>
  );
}

function SideLink({ place: { to, label, icon: Icon } }: { place: Place }) {
  return (
    <NavLink
      to={to}
      end={to === "/"}
      className={({ isActive }) =>
        cn(
          "flex min-h-9.5 items-center gap-3 rounded-lg px-3 text-sm transition-colors [&_svg]:size-4.5",
          isActive ? "bg-accent-soft font-medium text-accent" : "text-muted hover:bg-sunken hover:text-ink",
        )
      }
    >
      <Icon aria-hidden strokeWidth={1.75} />
      {label}
    </NavLink>
  );
}

function Brand() {
  return (
    <Link to="/" className="flex w-fit items-center gap-2.5 rounded-lg px-2 font-semibold tracking-tight">
      <img src="/mark.svg" alt="" className="size-7" />
      Mini CRM
    </Link>
  );
}

function Person({ compact = false, others }: { compact?: boolean; others?: readonly Place[] }) {
  const user = userOf(useSession());
  const [theme, setTheme] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  const title = theme === "dark" ? t`Switch to light colours` : t`Switch to dark colours`;
  return (
    <div className={cn("flex items-center gap-1", !compact && "border-t border-line pt-3")}>
      {user && !compact && <UserMenu user={user} />}
      <button
        type="button"
        className="grid size-9 place-items-center rounded-lg text-muted transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4.5"
        onClick={() => setTheme(other)}
        aria-label={title}
        title={title}
      >
        {theme === "dark" ? <Sun aria-hidden /> : <Moon aria-hidden />}
      </button>
      {user && compact && <UserMenu user={user} compact places={others} />}
    </div>
  );
}

function OfflineNotice() {
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  return (
    <div role="status">
      {!online && (
        <p className="bg-warn-soft px-4 py-2 text-center text-sm text-warn">
          <Trans>You are offline. What is shown may be out of date.</Trans>
        </p>
      )}
    </div>
  );
}

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
