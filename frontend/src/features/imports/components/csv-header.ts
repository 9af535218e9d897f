/** The column names in the first line of a CSV text, for showing what was chosen; the server does the real reading. */
export function headerOf(text: string): string[] {
  const names: string[] = [];
  let name = "";
  let quoted = false;
  for (const char of text.replace(/^\uFEFF/, "")) {
    if (char === '"') quoted = !quoted;
    else if (char === "," && !quoted) {
      names.push(name.trim());
      name = "";
    } else if ((char === "\n" || char === "\r") && !quoted) break;
    else name += char;
  }
  names.push(name.trim());
  return names.filter(Boolean).slice(0, 40);
}
