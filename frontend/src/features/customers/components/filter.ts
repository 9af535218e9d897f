/** Who the list of customers shows. It is kept in the address, so that links, reload and the back button keep it. */
import type { Rule, RuleGroup } from "@/lib/contract";
import { EVERYONE, isGroup } from "@/lib/rules/wire";

export type CustomerFilter = {
  /** What somebody looks for by name or address. */
  search: string;
  /** Of one of these at most. */
  segment: string | null;
  rules: RuleGroup | null;
};

/** Which of the API's lists answers a filter. A segment has one of its own, and words have an index of their beginnings. */
export type Audience =
  | { by: "everyone" }
  | { by: "search"; search: string }
  | { by: "segment"; segment: string }
  | { by: "rules"; rules: RuleGroup };

/** Longest text of rules that an address holds: CloudFront takes 8,192 bytes of it. */
const LONGEST = 6_000;

export function filterIn(params: URLSearchParams): CustomerFilter {
  const rules = rulesFrom(params.get("rules"));
  return {
    search: params.get("search") ?? "",
    segment: rules ? null : params.get("segment") || null,
    rules,
  };
}

/** The address' parameters of a filter. */
export function paramsOf({ search, segment, rules }: CustomerFilter): Record<string, string> {
  return {
    ...(search && { search }),
    ...(segment && !rules && { segment }),
    ...(rules && rules.rules.length > 0 && { rules: JSON.stringify(rules) }),
  };
}

export function fitsIntoAddress(rules: RuleGroup): boolean {
  return encodeURIComponent(JSON.stringify(rules)).length <= LONGEST;
}

export function audienceOf({ search, segment, rules }: CustomerFilter): Audience {
  const words = search.trim().split(/\s+/).filter(Boolean);
  if (!segment && !rules) {
    return words.length > 0 ? { by: "search", search: words.join(" ") } : { by: "everyone" };
  }
  if (words.length === 0)
    return segment ? { by: "segment", segment } : { by: "rules", rules: rules ?? EVERYONE };
  // Within a filter words are looked for anywhere in the name or the address: there is no index of that.
  const within: (Rule | RuleGroup)[] = segment
    ? [{ field: "segment", operator: "in", value: [segment] }]
    : [rules ?? EVERYONE];
  return { by: "rules", rules: { combinator: "and", not: false, rules: [...within, ...words.map(named)] } };
}

/** The rules that say who an audience is, for what is done to all of them; of a search there are none. */
export function rulesOf(audience: Audience): RuleGroup | null {
  if (audience.by === "rules") return audience.rules;
  return audience.by === "everyone" ? EVERYONE : null;
}

function named(word: string): RuleGroup {
  return {
    combinator: "or",
    not: false,
    rules: [
      { field: "name", operator: "contains", value: word },
      { field: "email", operator: "contains", value: word },
    ],
  };
}

/** Rules as somebody may have typed them into the address; the server judges what they mean. */
function rulesFrom(text: string | null): RuleGroup | null {
  if (!text) return null;
  try {
    const read: unknown = JSON.parse(text);
    return isSound(read) && isGroup(read) ? read : null;
  } catch {
    return null;
  }
}

function isSound(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { combinator, rules, field, operator } = node as { [key: string]: unknown };
  if (Array.isArray(rules)) return (combinator === "and" || combinator === "or") && rules.every(isSound);
  return typeof field === "string" && typeof operator === "string";
}
