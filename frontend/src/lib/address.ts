/** Whether a text may be a whole e-mail address. Looser than the server, which has the last word. */
export function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim());
}
