import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import { SignInForm } from "./sign-in-form";

/** For somebody whose session has ended under an open page. Modal, since it lies above dialogs that are open there. */
export function Component() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-label={t`Your session has ended`}
      closedby="none"
      onCancel={(event) => event.preventDefault()}
      className="m-0 size-full max-h-none max-w-none overflow-y-auto border-0 bg-canvas p-0 text-ink"
    >
      <SignInForm after="ended" />
    </dialog>
  );
}
