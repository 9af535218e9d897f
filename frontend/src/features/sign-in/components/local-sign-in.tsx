import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { signIn } from "@/lib/auth";
import { Problem } from "@/lib/problem";
import { userOf, useSession } from "@/lib/session";
import { localCredential } from "../api/local-identity";
import { explained } from "./refusal";

const OWNER = "owner@example.com";

/** Sign-in on a developer's machine, as whoever they choose to be. */
export function LocalSignIn() {
  const before = userOf(useSession());
  const [email, setEmail] = useState(before?.email ?? OWNER);
  const enter = useMutation({
    mutationFn: async (address: string) => signIn(await localCredential(address)),
  });
  const impossible = enter.error instanceof Problem && enter.error.status === 422;

  function submit(event: FormEvent) {
    event.preventDefault();
    enter.mutate(email.trim());
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field
        label={t`E-mail`}
        error={impossible ? t`This is not an e-mail address.` : undefined}
        hint={t`On this machine any address is taken at its word. Only invited ones get in.`}
      >
        {(control) => (
          <input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            spellCheck={false}
            value={email}
            onChange={(event) => {
              setEmail(event.target.value);
              if (enter.isError) enter.reset();
            }}
            className="control"
            // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
            autoFocus
          />
        )}
      </Field>
      {!impossible && <FormProblem error={explained(enter.error, enter.variables)} />}
      <Button type="submit" look="primary" busy={enter.isPending}>
        <Trans>Sign in</Trans>
      </Button>
    </form>
  );
}
