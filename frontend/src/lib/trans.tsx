import { i18n } from "@lingui/core";
import { LinguiContext, Trans as TransInContext, type TransProps } from "@lingui/react";

const CONTEXT = { i18n, _: i18n._.bind(i18n) };

/** What `<Trans>` becomes. There is one language at a time, so no part of the app needs a provider around it. */
export function Trans(props: TransProps) {
  return (
    <LinguiContext value={CONTEXT}>
      <TransInContext {...props} />
    </LinguiContext>
  );
}
