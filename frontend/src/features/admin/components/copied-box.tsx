import { t } from "@lingui/core/macro";
import type { Ref } from "react";
import { Field } from "@/components/ui/field";

type CopiedBoxProps = {
  label: string;
  hint: string;
  text: string;
  box: Ref<HTMLInputElement>;
  copied: "" | "done" | "failed";
};

/** A secret that is there to be copied, and whether that was done: see `useCopy`. */
export function CopiedBox({ label, hint, text, box, copied }: CopiedBoxProps) {
  return (
    <>
      <Field label={label} hint={hint}>
        {(control) => (
          <input
            {...control}
            ref={box}
            readOnly
            value={text}
            onFocus={(event) => event.target.select()}
            className="control font-mono text-sm"
          />
        )}
      </Field>
      <p role="status" className="text-sm empty:hidden">
        {copied === "done" && t`Copied.`}
        {copied === "failed" && t`It could not be copied by itself. It is selected: copy it by hand.`}
      </p>
    </>
  );
}
