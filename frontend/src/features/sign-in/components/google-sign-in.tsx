import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { GoogleLogin, GoogleOAuthProvider } from "@react-oauth/google";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Spinner } from "@/components/ui/button";
import { FormProblem } from "@/components/ui/states";
import { signIn } from "@/lib/auth";
import { Problem } from "@/lib/problem";
import { useTheme } from "@/lib/theme";
import { emailIn, explained } from "./refusal";

/** Google's own button. What it hands over is an ID token, which the server verifies. */
export default function GoogleSignIn({ clientId }: { clientId: string }) {
  const [attempt, setAttempt] = useState(0);
  const [missing, setMissing] = useState(false);
  const [theme] = useTheme();
  const enter = useMutation({
    mutationFn: async (credential: string | undefined) => {
      if (!credential) throw unfinished();
      await signIn(credential);
    },
  });

  if (missing) {
    return (
      <div className="grid gap-4">
        <p role="alert">
          <Trans>
            Google's sign-in could not be loaded. Check your connection, and whether something blocks
            accounts.google.com.
          </Trans>
        </p>
        <Button
          onClick={() => {
            setAttempt(attempt + 1);
            setMissing(false);
          }}
        >
          <Trans>Try again</Trans>
        </Button>
      </div>
    );
  }
  return (
    <div className="grid gap-4">
      <FormProblem error={explained(enter.error, emailIn(enter.variables ?? ""))} />
      <div inert={enter.isPending} className="grid justify-items-center">
        <GoogleOAuthProvider key={attempt} clientId={clientId} onScriptLoadError={() => setMissing(true)}>
          <GoogleLogin
            theme={theme === "dark" ? "filled_black" : "outline"}
            onSuccess={({ credential }) => enter.mutate(credential)}
            onError={() => enter.mutate(undefined)}
          />
        </GoogleOAuthProvider>
      </div>
      {enter.isPending && (
        <p role="status" className="flex items-center justify-center gap-2 text-sm text-muted">
          <Spinner />
          <Trans>Signing in</Trans>
        </p>
      )}
    </div>
  );
}

function unfinished(): Problem {
  return new Problem({
    status: 0,
    code: "unfinished",
    title: t`Google did not finish the sign-in.`,
    detail: t`Try again.`,
  });
}
