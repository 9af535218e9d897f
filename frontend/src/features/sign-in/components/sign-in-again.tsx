import { SignInForm } from "./sign-in-form";

/** For somebody whose session has ended under an open page. */
export function Component() {
  return <SignInForm after="ended" />;
}
