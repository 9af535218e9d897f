import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { focusHeading } from "@/lib/focus-heading";
import { Button } from "./button";
import { Notice } from "./notice";

/** Says that a form holds what was typed on a former visit. */
export function RestoredNotice({ onDiscard }: { onDiscard: () => void }) {
  return (
    <Notice
      text={t`What you typed here earlier and have not saved is in the form.`}
      action={
        <Button
          onClick={() => {
            onDiscard();
            focusHeading();
          }}
        >
          <Trans>Discard it</Trans>
        </Button>
      }
    />
  );
}
