/** Why somebody does not get in, said so that they know what to do. */
import { plural, t } from "@lingui/core/macro";
import { Problem } from "@/lib/problem";

export function explained(error: unknown, email: string | undefined): unknown {
  if (!(error instanceof Problem)) return error;
  const words = inWords(error, email);
  return words ? new Problem({ ...words, status: error.status, code: error.code }) : error;
}

function inWords(problem: Problem, email: string | undefined): { title: string; detail: string } | undefined {
  if (problem.code === "not_invited") {
    return {
      title: email ? t`${email} is not invited.` : t`This account is not invited.`,
      detail: t`Ask an owner or administrator to invite you.`,
    };
  }
  if (problem.code === "user_disabled") {
    return {
      title: email ? t`${email} has been disabled.` : t`This account has been disabled.`,
      detail: t`Ask an owner or administrator to let you in again.`,
    };
  }
  if (problem.status === 401) {
    return {
      title: t`The sign-in could not be verified.`,
      detail: t`Try again; it may have taken too long.`,
    };
  }
  if (problem.status === 429) {
    return { title: t`Too many attempts.`, detail: tryAgain(problem.retryAfter) };
  }
  if (problem.status >= 500) {
    return { title: t`Sign-in is not available at the moment.`, detail: t`Try again in a minute.` };
  }
  return undefined;
}

function tryAgain(seconds: number | undefined): string {
  if (seconds === undefined) return t`Try again in a moment.`;
  if (seconds <= 90) {
    return plural(seconds, { one: "Try again in # second.", other: "Try again in # seconds." });
  }
  const minutes = Math.ceil(seconds / 60);
  return plural(minutes, { one: "Try again in # minute.", other: "Try again in # minutes." });
}

/** The address in an ID token, to show; nothing is decided by it. */
export function emailIn(credential: string): string | undefined {
  try {
    const payload = (credential.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const { email } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof email === "string" ? email : undefined;
  } catch {
    return undefined;
  }
}
