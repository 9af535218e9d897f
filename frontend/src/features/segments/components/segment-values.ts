/** What a segment's form holds, in a shape that can be kept in the tab. */
import { prepareRuleGroup, type RuleGroupType } from "react-querybuilder";
import type { RuleGroup, SegmentDraft, SegmentKind } from "@/lib/contract";
import { attributeField, type FieldKind, type RuleField } from "@/lib/rules/vocabulary";
import { attributesIn, EVERYONE } from "@/lib/rules/wire";

export type SegmentValues = {
  kind: SegmentKind;
  name: string;
  description: string;
  query: RuleGroupType;
  /** Custom attributes at hand, also those of which no condition speaks yet. */
  attributes: { name: string; kind: FieldKind }[];
  /** What was asked of the assistant, or is about to be. */
  prompt: string;
};

type Given = {
  kind: SegmentKind;
  name: string;
  description?: string | undefined;
  rules?: RuleGroup | undefined;
};

export function valuesOf({ kind, name, description = "", rules = EVERYONE }: Given): SegmentValues {
  const query = prepareRuleGroup(rules as RuleGroupType);
  return { kind, name, description, query, attributes: keptOf(attributesIn(rules)), prompt: "" };
}

export function keptOf(fields: readonly RuleField[]): SegmentValues["attributes"] {
  return fields.map(({ name, kind }) => ({ name, kind }));
}

export function fieldsOf(attributes: SegmentValues["attributes"]): RuleField[] {
  return attributes.map(({ name, kind }) => attributeField(name, kind));
}

export type SegmentWritten = Omit<SegmentDraft, "kind">;

export const NEW_SEGMENT = "new-segment/1";
export const editSegment = (id: string) => `segment/${id}/1`;
