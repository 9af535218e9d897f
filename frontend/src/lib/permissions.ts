/**
 * Which role may do what, as the server decides it. The app only leaves out what would be refused; the server does not
 * rely on that.
 */
import { t } from "@lingui/core/macro";
import type { Role } from "./contract";
import { userOf, useSession } from "./session";

/** `write`: customers, orders, segments, campaigns, imports. `administer`: users, keys, queues, settings. */
export type Permission = "read" | "write" | "administer";

const HELD: Record<Role, readonly Permission[]> = {
  analyst: ["read"],
  marketer: ["read", "write"],
  admin: ["read", "write", "administer"],
  owner: ["read", "write", "administer"],
};

/** Why an action is not offered. */
export const readOnly = () => t`Your role is to read. An owner or administrator can give you another one.`;

/** A role in words, in the middle of a sentence. */
export function roleName(role: string): string {
  const names: Record<Role, string> = {
    analyst: t`analyst`,
    marketer: t`marketer`,
    admin: t`admin`,
    owner: t`owner`,
  };
  return names[role as Role] ?? role;
}

/** A role that this version does not know may read. */
export function isAllowed(role: string, permission: Permission): boolean {
  return (HELD[role as Role] ?? HELD.analyst).includes(permission);
}

/** Whether who is signed in may do it. */
export function useMay(permission: Permission): boolean {
  const user = userOf(useSession());
  return user !== null && isAllowed(user.role, permission);
}

/** Whether somebody may give a role to others, or take it from them: nobody raises anybody above themselves. */
export function mayGrant(role: string, granted: Role): boolean {
  return isAllowed(role, "administer") && (granted !== "owner" || role === "owner");
}
