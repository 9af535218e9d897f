/** What the builder does beside the rules themselves: what was taken out can be put back, and the focus is never lost. */
import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import type { RuleGroupType, RuleType } from "react-querybuilder";
import { toast } from "@/components/ui/toasts";
import { isGroup } from "@/lib/rules/wire";

type Path = readonly number[];
type Node = RuleType | RuleGroupType;

/** `onChange` of the newest rendering: a removal is taken back in the rules as they are by then. */
export function useRuleMoves(query: RuleGroupType, onChange: (query: RuleGroupType) => void) {
  const builder = useRef<HTMLDivElement>(null);
  const newest = useRef({ query, onChange, isShown: true });
  newest.current = { ...newest.current, query, onChange };
  /** Where the focus goes once the rules are shown as they are then. */
  const next = useRef<Path | null>(null);

  useEffect(() => {
    newest.current.isShown = true;
    return () => {
      newest.current.isShown = false;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looks at what the rules have become on the page
  useEffect(() => {
    if (next.current && builder.current) focusAt(builder.current, next.current);
    next.current = null;
  }, [query]);

  function putBack(node: Node, path: Path) {
    const { query: now, onChange: change, isShown } = newest.current;
    if (!isShown) return;
    const place = hasParent(now, path) ? path : [now.rules.length];
    next.current = place;
    change(inserted(now, node, place));
  }

  const goesTo = (parent: Path, now: RuleGroupType) => {
    next.current = [...parent, groupAt(now, parent)?.rules.length ?? 0];
    return true;
  };

  return {
    builder,
    onAdded: (_: unknown, parent: Path, now: RuleGroupType) => goesTo(parent, now),
    /** A condition comes in at the end. */
    expectAtEnd: () => void goesTo([], query),
    onRemove(node: Node, path: Path): boolean {
      next.current = path;
      // In a dialog nothing is offered: it would come up once the rules are gone from the page.
      if (builder.current?.closest("dialog")) return true;
      toast(isGroup(node) ? t`Group removed` : t`Condition removed`, { undo: () => putBack(node, path) });
      return true;
    },
  };
}

/** To what stands at the place: else to the button that adds something there. */
function focusAt(builder: Element, path: Path) {
  const at = (place: Path) => builder.querySelector(`[data-path="${JSON.stringify(place)}"]`);
  const there = at(path)?.querySelector<HTMLElement>("select, input");
  const add = at(path.slice(0, -1))?.querySelectorAll<HTMLElement>(
    ":scope > .ruleGroup-header .ruleGroup-addRule",
  );
  (there ?? add?.[0])?.focus();
}

function groupAt(query: RuleGroupType, path: Path): RuleGroupType | undefined {
  let group: Node | undefined = query;
  for (const place of path) group = isGroup(group) ? (group.rules[place] as Node | undefined) : undefined;
  return isGroup(group) ? (group as RuleGroupType) : undefined;
}

function hasParent(query: RuleGroupType, path: Path): boolean {
  return groupAt(query, path.slice(0, -1)) !== undefined;
}

function inserted(group: RuleGroupType, node: Node, [place = 0, ...rest]: Path): RuleGroupType {
  const rules =
    rest.length === 0
      ? group.rules.toSpliced(place, 0, node)
      : group.rules.map((one, index) =>
          index === place && isGroup(one) ? inserted(one as RuleGroupType, node, rest) : one,
        );
  return { ...group, rules };
}
