import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { lazy, type ReactNode, Suspense } from "react";
import { LanguageChoice } from "@/components/ui/language-choice";
import { Failure, Skeleton } from "@/components/ui/states";
import type { AppConfig } from "@/lib/contract";
import { useAppConfig } from "../api/app-config";
import { LocalSignIn } from "./local-sign-in";

// Only deployments that use Google load it.
const GoogleSignIn = lazy(() => import("./google-sign-in"));

type SignInFormProps = {
  /** What brings somebody here who was signed in a moment ago. */
  after?: "ended" | "left" | undefined;
};

const headings = () => ({
  first: {
    heading: t`Welcome to Mini CRM`,
    text: t`Customers, orders, segments and campaigns in one calm place.`,
  },
  ended: {
    heading: t`Your session has ended`,
    text: t`Sign in again to go on where you were. Nothing on the page is lost.`,
  },
  left: { heading: t`You have signed out`, text: t`See you soon.` },
});

/** The ways in that this deployment offers. */
export function SignInForm({ after }: SignInFormProps) {
  const config = useAppConfig();
  const { heading, text } = headings()[after ?? "first"];
  return (
    <main className="relative grid min-h-dvh place-items-center px-4 py-12">
      <title>{t`Sign in · Mini CRM`}</title>
      <div className="grid w-full max-w-sm gap-6">
        <div className="grid justify-items-center gap-3 text-center">
          <img src="/mark.svg" alt="" className="size-12" />
          <h1 className="text-2xl font-semibold tracking-tight">{heading}</h1>
          <p className="text-muted">{text}</p>
        </div>
        <div className="rounded-xl border border-line bg-surface p-5 shadow-card">
          {config.data ? (
            <Suspense fallback={<Loading />}>{wayIn(config.data)}</Suspense>
          ) : config.isError ? (
            <Failure error={config.error} onRetry={() => void config.refetch()} className="p-0" />
          ) : (
            <Loading />
          )}
        </div>
      </div>
      {/* Not over a page that is still open: it would be loaded again. */}
      {after !== "ended" && <LanguageChoice className="absolute top-3 right-3" />}
    </main>
  );
}

function wayIn({ localIdentity, googleClientId }: AppConfig): ReactNode {
  if (localIdentity) return <LocalSignIn />;
  if (googleClientId) return <GoogleSignIn clientId={googleClientId} />;
  return (
    <p>
      <Trans>
        Sign-in is not configured. Set this deployment's parameter{" "}
        <code className="rounded bg-sunken px-1 py-0.5 text-sm">GoogleClientId</code>.
      </Trans>
    </p>
  );
}

function Loading() {
  return (
    <div role="status">
      <span className="sr-only">{t`Loading`}</span>
      <Skeleton className="h-9.5 rounded-lg" />
    </div>
  );
}
