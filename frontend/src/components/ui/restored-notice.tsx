import { Button } from "./button";
import { Notice } from "./notice";

/** Says that a form holds what was typed on a former visit. */
export function RestoredNotice({ onDiscard }: { onDiscard: () => void }) {
  return (
    <Notice
      text="What you typed here earlier and have not saved is in the form."
      action={<Button onClick={onDiscard}>Discard it</Button>}
    />
  );
}
