import { t } from "@lingui/core/macro";
import { useMemo, useState } from "react";
import { add as addToQuery, prepareRuleGroup, type RuleGroupType } from "react-querybuilder";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { RuleGroup } from "@/lib/contract";
import { operatorsOf, type RuleField } from "@/lib/rules/vocabulary";
import { attributesIn, coerceValue, queryFault, toWire } from "@/lib/rules/wire";
import { PreviewCard } from "./preview-card";
import { RuleBuilder } from "./rule-builder";

type RulesDialogProps = {
  initial: RuleGroup;
  /** Whether rules are too long for what they are meant for. */
  isTooLong: (rules: RuleGroup) => boolean;
  onApply: (rules: RuleGroup) => void;
  onClose: () => void;
};

/** Rules that are not kept as a segment, with the number of those whom they describe. */
export function RulesDialog({ initial, isTooLong, onApply, onClose }: RulesDialogProps) {
  const [query, setQuery] = useState<RuleGroupType>(() => prepareRuleGroup(initial as RuleGroupType));
  const [attributes, setAttributes] = useState<readonly RuleField[]>(() => attributesIn(initial));
  const [tried, setTried] = useState(false);
  const rules = useMemo(() => toWire(query, attributes), [query, attributes]);
  const fault = queryFault(rules, attributes);
  const tooLong = isTooLong(rules) && t`These rules are too long for a filter; save them as a segment.`;

  function addAttribute(field: RuleField) {
    const operator = operatorsOf(field.kind)[0]?.name ?? "=";
    const value = coerceValue(field.kind, operator, undefined) ?? "";
    setAttributes((known) => [...known, field]);
    setQuery((current) => addToQuery(current, { field: field.name, operator, value }, []) as RuleGroupType);
  }

  function apply() {
    setTried(true);
    if (!fault && !tooLong) onApply(rules);
  }

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t`Filter by rules`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="primary" onClick={apply}>
            {t`Apply the rules`}
          </Button>
        </>
      }
    >
      {/* On the narrowest screens the rules need the dialog's margins. */}
      <div className="max-sm:-mx-4">
        <RuleBuilder
          query={query}
          attributes={attributes}
          faultsShown={tried}
          onChange={setQuery}
          onAttribute={addAttribute}
        />
      </div>
      {tried && (fault || tooLong) && (
        <p role="alert" className="text-sm text-danger">
          {fault || tooLong}
        </p>
      )}
      <PreviewCard rules={rules} attributes={attributes} />
    </Dialog>
  );
}
