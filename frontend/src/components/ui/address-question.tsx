import { t } from "@lingui/core/macro";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";

/** A question about whoever has an address. `refused` is what the server finds wrong with it. */
export function AddressQuestion(props: {
  label: string;
  ask: string;
  initial?: string;
  refused: string | undefined;
  busy: boolean;
  onAsk: (email: string) => void;
}) {
  const [typed, setTyped] = useState(props.initial ?? "");
  const [missing, setMissing] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const email = typed.trim();
    setMissing(email === "");
    props.onAsk(email);
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-wrap items-start gap-2">
      <Field
        label={props.label}
        error={missing ? t`Write an address first.` : props.refused}
        className="min-w-48 flex-1"
      >
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="off"
            value={typed}
            maxLength={254}
            onChange={(event) => setTyped(event.target.value)}
            className="control"
          />
        )}
      </Field>
      {/* On the line of the control, whatever stands under it. */}
      <Button type="submit" className="mt-7" busy={props.busy}>
        {props.ask}
      </Button>
    </form>
  );
}
