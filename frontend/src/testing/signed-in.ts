/** For tests: somebody signed in, and answers of the server. */
import type { Grant, Role, User } from "@/lib/contract";
import { session } from "@/lib/session";

export const OWNER: User = { id: "u1", email: "owner@example.com", name: "Asha Rao", role: "owner" };

/** A token for the 15 minutes from now on. */
export function grant(token: string, user: User = OWNER): Grant {
  return { token, expiresAt: new Date(Date.now() + 900_000).toISOString(), user };
}

export function signedIn(role: Role = "owner"): void {
  session.start(grant("token-1", { ...OWNER, role }));
}

export const json = (body: unknown, init?: ResponseInit) => new Response(JSON.stringify(body), init);

export const noContent = () => new Response(null, { status: 204 });

export const problem = (status: number, code: string, headers?: Record<string, string>) =>
  json(
    { type: "about:blank", title: "x", status, code, detail: `Refused: ${code}` },
    { status, ...(headers && { headers }) },
  );
