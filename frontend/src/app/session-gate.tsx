import { Trans } from "@lingui/react/macro";
import { RotateCw, WifiOff } from "lucide-react";
import { useState } from "react";
import { Outlet } from "react-router";
import { Button, Spinner } from "@/components/ui/button";
import { renew } from "@/lib/auth";
import type { Problem } from "@/lib/problem";
import { useSession } from "@/lib/session";

/** Holds every page back until the server has said whether somebody is signed in. */
export function SessionGate() {
  const now = useSession();
  if (now.phase === "starting") return <Starting />;
  if (now.phase === "unreachable") return <Unreachable problem={now.problem} />;
  return <Outlet />;
}

/** Nothing for the moment that it mostly takes. */
function Starting() {
  return (
    <main className="grid min-h-dvh place-items-center text-muted">
      <p role="status" className="transition-opacity delay-500 duration-300 starting:opacity-0">
        <Spinner />
        <span className="sr-only">
          <Trans>Loading</Trans>
        </span>
      </p>
    </main>
  );
}

function Unreachable({ problem }: { problem: Problem }) {
  const [busy, setBusy] = useState(false);
  async function retry() {
    setBusy(true);
    await renew().catch(() => undefined);
    setBusy(false);
  }
  return (
    <main className="grid min-h-dvh place-items-center px-6">
      <div className="grid max-w-sm justify-items-center gap-4 text-center">
        <WifiOff aria-hidden className="size-8 text-muted" strokeWidth={1.5} />
        <div role="status">
          <h1 className="text-xl font-semibold tracking-tight">
            <Trans>Mini CRM cannot be reached</Trans>
          </h1>
          <p className="mt-1 text-muted">
            {problem.status === 0 ? (
              <Trans>Check your connection. It is tried again by itself.</Trans>
            ) : (
              <Trans>The server has trouble answering. It is tried again by itself.</Trans>
            )}
          </p>
        </div>
        <Button busy={busy} icon={<RotateCw aria-hidden />} onClick={() => void retry()}>
          <Trans>Try again</Trans>
        </Button>
      </div>
    </main>
  );
}
