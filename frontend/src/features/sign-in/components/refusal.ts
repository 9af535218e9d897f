/** Why somebody does not get in, said so that they know what to do. */
import { Problem } from "@/lib/problem";

export function explained(error: unknown, email: string | undefined): unknown {
  if (!(error instanceof Problem)) return error;
  const words = inWords(error, email ?? "This account");
  return words ? new Problem({ ...words, status: error.status, code: error.code }) : error;
}

function inWords(problem: Problem, who: string): { title: string; detail: string } | undefined {
  if (problem.code === "not_invited") {
    return { title: `${who} is not invited.`, detail: "Ask an owner or administrator to invite you." };
  }
  if (problem.code === "user_disabled") {
    return {
      title: `${who} has been disabled.`,
      detail: "Ask an owner or administrator to let you in again.",
    };
  }
  if (problem.status === 401) {
    return { title: "The sign-in could not be verified.", detail: "Try again; it may have taken too long." };
  }
  if (problem.status === 429) {
    return { title: "Too many attempts.", detail: `Try again ${waiting(problem.retryAfter)}.` };
  }
  if (problem.status >= 500) {
    return { title: "Sign-in is not available at the moment.", detail: "Try again in a minute." };
  }
  return undefined;
}

function waiting(seconds: number | undefined): string {
  if (seconds === undefined) return "in a moment";
  if (seconds <= 90) return seconds === 1 ? "in 1 second" : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
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
