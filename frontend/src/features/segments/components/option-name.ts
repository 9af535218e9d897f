/** A list of choices is as wide as its longest one, so none may be as long as a name may be. */
const LONGEST = 60;

export function optionName(name: string): string {
  const signs = [...name];
  return signs.length > LONGEST
    ? `${signs
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`
    : name;
}
