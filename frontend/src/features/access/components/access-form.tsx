import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { User } from "@/lib/contract";
import { Problem } from "@/lib/problem";
import { session } from "@/lib/session";
import { verifyToken } from "../api/verify-token";

type AccessFormProps = {
  /** Shown over a page whose session has ended. */
  expired?: boolean;
  onAccess: (user: User) => void;
};

/** Access by bearer token, until the sign-in providers are there. */
export default function AccessForm({ expired = false, onAccess }: AccessFormProps) {
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const verify = useMutation({
    mutationFn: async (token: string) => ({ token, user: await verifyToken(token) }),
    onSuccess: ({ token, user }) => {
      session.start(token, user);
      onAccess(user);
    },
  });
  const refused = verify.error instanceof Problem && verify.error.status === 401;

  function submit(event: FormEvent) {
    event.preventDefault();
    const token = text.trim().replace(/^bearer\s+/i, "");
    setMissing(token === "");
    if (token !== "") verify.mutate(token);
  }

  return (
    <main className="grid min-h-dvh place-items-center px-4 py-12">
      <title>Sign in · Mini CRM</title>
      <form onSubmit={submit} noValidate className="grid w-full max-w-sm gap-6">
        <div className="grid justify-items-center gap-3 text-center">
          <img src="/mark.svg" alt="" className="size-12" />
          <h1 className="text-2xl font-semibold tracking-tight">
            {expired ? "Your session has ended" : "Welcome to Mini CRM"}
          </h1>
          <p className="text-muted">
            {expired
              ? "Enter a new token to go on where you were. Nothing on the page is lost."
              : "Paste an access token to come in."}
          </p>
        </div>
        <div className="grid gap-4 rounded-xl border border-line bg-surface p-5 shadow-card">
          <Field
            label="Access token"
            hint={
              <>
                In development, <code className="rounded bg-sunken px-1 py-0.5 text-xs">make token</code>{" "}
                prints one.
              </>
            }
            error={
              missing
                ? "Paste a token first."
                : refused
                  ? "This token is not valid, or no longer."
                  : undefined
            }
          >
            {(control) => (
              <input
                {...control}
                type="password"
                name="token"
                autoComplete="off"
                spellCheck={false}
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  setMissing(false);
                  if (verify.isError) verify.reset();
                }}
                className="control font-mono"
                // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
                autoFocus
              />
            )}
          </Field>
          {!refused && <FormProblem error={verify.error} />}
          <Button type="submit" look="primary" busy={verify.isPending}>
            Continue
          </Button>
        </div>
      </form>
    </main>
  );
}
