import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Button } from "./button";

type OutdatedNoticeProps = {
  title: string;
  /** What may have happened; what to do is said below it. */
  children?: ReactNode;
  reloading: boolean;
  onReload: () => void;
};

/** Says of a form that what it began from has changed meanwhile. */
export function OutdatedNotice({ title, children, reloading, onReload }: OutdatedNoticeProps) {
  return (
    <div role="alert" className="grid gap-3 rounded-lg bg-warn-soft px-4 py-3 text-sm">
      <div>
        <p className="font-medium text-warn">{title}</p>
        <p>{children}</p>
      </div>
      <div>
        <Button busy={reloading} onClick={onReload}>
          <Trans>Reload and keep my changes</Trans>
        </Button>
      </div>
    </div>
  );
}
