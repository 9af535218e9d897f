/** The first rows of a CSV text (RFC 4180), to be shown: what a file says is decided by the server, which reads all of it. */

export type Separator = "," | ";" | "\t";

/** A comma, unless the first line has none outside quotes but has semicolons or tabs. */
export function separatorOf(text: string): Separator {
  const count = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "\n" || char === "\r")) break;
    else if (!quoted && char in count) count[char as Separator] += 1;
  }
  if (count[","] > 0 || count[";"] + count["\t"] === 0) return ",";
  return count["\t"] > count[";"] ? "\t" : ";";
}

/** At most `most` rows of cells. Blank lines are none, nor is a last one that is cut off: unless the text is the `whole`. */
export function firstRows(text: string, most: number, whole: boolean): string[][] {
  const plain = text.replace(/^\uFEFF/, "").replace(/^[\r\n]+/, "");
  const separator = separatorOf(plain);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || cell !== "") rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < plain.length && rows.length < most; at += 1) {
    const char = plain[at] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (plain[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = "";
    } else if (char === "\n" || char === "\r") endRow();
    else cell += char;
  }
  if (rows.length < most && whole) endRow();
  return rows;
}
