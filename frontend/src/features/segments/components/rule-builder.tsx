import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowDown, ArrowUp, FolderPlus, Plus, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Classnames, QueryBuilder, type RuleGroupType } from "react-querybuilder";
import { Button } from "@/components/ui/button";
import {
  attributeField,
  type FieldKind,
  findField,
  groupLabel,
  fields as knownFields,
  operatorsOf,
  type RuleField,
} from "@/lib/rules/vocabulary";
import { coerceValue, MAX_DEPTH } from "@/lib/rules/wire";
import { useRuleMoves } from "./rule-moves";
import { type BuilderContext, RuleValueEditor } from "./value-editor";

type RuleBuilderProps = {
  query: RuleGroupType;
  attributes: readonly RuleField[];
  faultsShown: boolean;
  /** The segment whose rules these are, when it exists already. */
  self?: string | undefined;
  onChange: (query: RuleGroupType) => void;
  onAttribute: (field: RuleField) => void;
};

const GROUPS = ["Orders", "Activity", "Profile", "Consent", "Segments", "Attributes"] as const;

const combinators = () => [
  { name: "and", label: t`all of these` },
  { name: "or", label: t`any of these` },
];

const ICON_BUTTON =
  "grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:not-disabled:bg-sunken hover:not-disabled:text-ink disabled:opacity-35 [&_svg]:size-4";
const TEXT_BUTTON =
  "inline-flex min-h-9 items-center gap-1.5 rounded-lg border border-line bg-surface px-3 text-sm font-medium hover:not-disabled:bg-sunken disabled:opacity-50 [&_svg]:size-4";

const CLASSNAMES: Partial<Classnames> = {
  combinators: "control w-auto",
  fields: "control",
  operators: "control",
  addRule: TEXT_BUTTON,
  addGroup: TEXT_BUTTON,
  removeRule: `${ICON_BUTTON} rule-remove`,
  removeGroup: `${ICON_BUTTON} ruleGroup-remove`,
  shiftActions:
    "flex [&>button]:size-9 [&>button]:grid [&>button]:place-items-center [&>button]:rounded-lg [&>button]:text-muted [&>button:not(:disabled):hover]:bg-sunken [&>button:disabled]:opacity-35 [&_svg]:size-4",
  notToggle: "inline-flex items-center gap-1.5 text-sm text-muted [&_input]:size-4 [&_input]:accent-accent",
};

const translations = () => ({
  fields: { title: t`Field` },
  operators: { title: t`Operator` },
  value: { title: t`Value` },
  combinators: { title: t`People match` },
  notToggle: { label: t`Exclude`, title: t`Everyone except who matches this group` },
  addRule: { label: withIcon(<Plus aria-hidden />, t`Condition`), title: t`Add a condition` },
  addGroup: { label: withIcon(<FolderPlus aria-hidden />, t`Group`), title: t`Add a group of conditions` },
  removeRule: { label: <X aria-hidden />, title: t`Remove this condition` },
  removeGroup: { label: <X aria-hidden />, title: t`Remove this group` },
  shiftActionUp: { label: <ArrowUp aria-hidden />, title: t`Move up` },
  shiftActionDown: { label: <ArrowDown aria-hidden />, title: t`Move down` },
});

/** The rules of a segment as nested groups of conditions; every move has a button, none needs a pointer. */
export function RuleBuilder(props: RuleBuilderProps) {
  const { query, attributes, faultsShown, self, onChange, onAttribute } = props;
  const fields = useMemo(
    () =>
      GROUPS.map((group) => ({
        label: groupLabel(group),
        options: [...knownFields(), ...attributes]
          .filter((field) => field.group === group)
          .map(({ name, label }) => ({ name, value: name, label })),
      })).filter((group) => group.options.length > 0),
    [attributes],
  );
  const context: BuilderContext = useMemo(
    () => ({ attributes, faultsShown, self }),
    [attributes, faultsShown, self],
  );
  const kindOf = (name: string): FieldKind => findField(name, attributes)?.kind ?? "text";

  const moves = useRuleMoves(query, onChange);

  return (
    <div ref={moves.builder} className="grid gap-3">
      <QueryBuilder
        query={query}
        onQueryChange={onChange}
        onAddRule={moves.onAdded}
        onAddGroup={moves.onAdded}
        onRemove={moves.onRemove}
        enableMountQueryChange={false}
        fields={fields}
        combinators={combinators()}
        getOperators={(field) => operatorsOf(kindOf(field))}
        getDefaultOperator={(field) => operatorsOf(kindOf(field))[0]?.name ?? "="}
        getDefaultValue={(rule) => coerceValue(kindOf(rule.field), rule.operator, undefined) ?? ""}
        controlElements={{ valueEditor: RuleValueEditor }}
        controlClassnames={CLASSNAMES}
        translations={translations()}
        context={context}
        maxLevels={MAX_DEPTH - 1}
        listsAsArrays
        parseNumbers
        showNotToggle
        showShiftActions
        resetOnFieldChange
        addRuleToNewGroups
      />
      <AddAttribute
        known={attributes}
        onAdd={(field) => {
          moves.expectAtEnd();
          onAttribute(field);
        }}
      />
    </div>
  );
}

const kinds = (): { value: FieldKind; label: string }[] => [
  { value: "text", label: t`text` },
  { value: "number", label: t`number` },
  { value: "boolean", label: t`yes / no` },
];

/** Attributes are each shop's own, so their names have to be given. */
function AddAttribute({ known, onAdd }: { known: readonly RuleField[]; onAdd: (field: RuleField) => void }) {
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState("");
  const [kind, setKind] = useState<FieldKind>("text");
  const box = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const cancelled = useRef(false);
  const name = `attributes.${key}`;
  const valid = /^\w{1,64}$/.test(key) && !known.some((field) => field.name === name);

  // Whoever opens it wants to type; whoever has added something is at what was added.
  useEffect(() => {
    if (open) box.current?.focus();
    else if (cancelled.current) opener.current?.focus();
    cancelled.current = false;
  }, [open]);

  if (!open) {
    return (
      <Button
        ref={opener}
        look="quiet"
        className="justify-self-start"
        icon={<Plus aria-hidden />}
        onClick={() => setOpen(true)}
      >
        <Trans>Use a custom attribute</Trans>
      </Button>
    );
  }
  const add = () => {
    if (!valid) return;
    onAdd(attributeField(name, kind));
    setKey("");
    setOpen(false);
  };
  return (
    <fieldset className="flex flex-wrap items-center gap-2 rounded-xl border border-line bg-surface p-3">
      <legend className="sr-only">
        <Trans>Custom attribute</Trans>
      </legend>
      <input
        ref={box}
        aria-label={t`Attribute name`}
        placeholder={t`attribute name, e.g. plan`}
        value={key}
        maxLength={64}
        onChange={(event) => setKey(event.target.value.trim())}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
        className="control max-w-60"
      />
      <select
        aria-label={t`Attribute type`}
        value={kind}
        onChange={(event) => setKind(event.target.value as FieldKind)}
        className="control w-auto"
      >
        {kinds().map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Button disabled={!valid} onClick={add}>
        <Trans>Add as a condition</Trans>
      </Button>
      <Button
        look="quiet"
        onClick={() => {
          cancelled.current = true;
          setOpen(false);
        }}
      >
        <Trans>Cancel</Trans>
      </Button>
    </fieldset>
  );
}

function withIcon(icon: React.ReactNode, text: string) {
  return (
    <>
      {icon}
      {text}
    </>
  );
}
