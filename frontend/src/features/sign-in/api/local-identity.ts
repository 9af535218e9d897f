import { exchange, readJson } from "@/lib/http";

/** An ID token of the development identity provider, which vouches for any address. It is verified like Google's. */
export async function localCredential(email: string): Promise<string> {
  const response = await exchange("/local/identity/token", { method: "POST", body: { email } });
  return (await readJson<{ credential: string }>(response)).credential;
}
