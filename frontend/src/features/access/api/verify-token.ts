import { request } from "@/lib/api";
import type { User } from "@/lib/contract";

/** Whom a token stands for; a problem with status 401 when for nobody. */
export async function verifyToken(token: string): Promise<User> {
  const { user } = await request<{ user: User }>("/auth/user-jwt", { token });
  return user;
}
