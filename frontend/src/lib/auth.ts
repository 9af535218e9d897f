/**
 * Sign-in, renewal and sign-out against the server, which keeps the session in a cookie that scripts cannot read.
 * `keep-session.ts` says when to renew, `session.ts` holds the outcome.
 */
import { t } from "@lingui/core/macro";
import type { Grant } from "./contract";
import type { CredentialRequest, RefreshData, SignInData, SignOutData } from "./generated/types.gen";
import { exchange, readJson } from "./http";
import { Problem } from "./problem";
import { session } from "./session";

/** After this long without an answer the server counts as unreachable. */
const ANSWER_WITHIN = 20_000;

/** Tells the other tabs that somebody has come `in` or gone `out`. */
export const tabs = new BroadcastChannel("mini-crm-session");

const SIGN_IN: SignInData["url"] = "/auth/google-jwt";
const REFRESH: RefreshData["url"] = "/auth/refresh";
const SIGN_OUT: SignOutData["url"] = "/auth/logout";

let pending: Promise<void> | null = null;

/** Exchanges an identity provider's ID token for a session. */
export async function signIn(credential: string): Promise<void> {
  const body: CredentialRequest = { credential };
  const response = await exchange(SIGN_IN, { method: "POST", body });
  await start(response);
  tabs.postMessage("in");
}

/**
 * Gets a new token for the session that the cookie stands for; whoever asks meanwhile shares the one request. Several
 * tabs may do it at once: the server gives both the same successor. Throws `Problem` when the server could not be asked.
 */
export function renew(): Promise<void> {
  pending ??= ask().finally(() => {
    pending = null;
  });
  return pending;
}

/** The token to send, renewed first when its time is over; `null` when nobody is signed in. */
export async function freshToken(): Promise<string | null> {
  const now = session.get();
  if (now.phase === "in" && Date.now() >= now.expiresAt) await renew();
  return currentToken();
}

/** The token in place of one that the server has refused: the one meanwhile at hand, or a renewed one. */
export async function tokenAfter(refused: string): Promise<string | null> {
  if (currentToken() === refused) await renew();
  return currentToken();
}

/** Ends the session on the server, then here and in the other tabs. Throws `Problem` when the server was not reached. */
export async function signOut(): Promise<void> {
  // A renewal under way would bring a new cookie after this.
  await pending?.catch(() => undefined);
  await exchange(SIGN_OUT, { method: "POST" });
  session.end();
  tabs.postMessage("out");
}

async function ask(): Promise<void> {
  const before = session.get();
  try {
    const response = await exchange(REFRESH, {
      method: "POST",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    // A sign-out or another sign-in while the answer was on its way has the last word.
    const grant = response.status === 204 ? null : await grantOf(response);
    if (session.get() !== before) return;
    if (grant) session.start(...grant);
    else session.lapse();
  } catch (error) {
    if (session.get() !== before) return;
    const problem = error instanceof Problem ? error : Problem.offline();
    if (problem.status === 401 || problem.status === 403) return session.lapse();
    session.miss(problem);
    throw problem;
  }
}

async function start(response: Response): Promise<void> {
  session.start(...(await grantOf(response)));
}

/** What was granted, and when by the server's clock. */
async function grantOf(response: Response): Promise<[Grant, number | undefined]> {
  const grant = await readJson<Partial<Grant> | undefined>(response);
  if (typeof grant?.token !== "string" || !grant.user) {
    throw new Problem({
      status: response.status,
      code: "unreadable",
      title: t`The answer could not be read`,
    });
  }
  const answered = Date.parse(response.headers.get("date") ?? "");
  return [grant as Grant, Number.isNaN(answered) ? undefined : answered];
}

function currentToken(): string | null {
  const now = session.get();
  return now.phase === "in" ? now.token : null;
}
