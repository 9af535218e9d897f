import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Mail, MessageCircle, MessageSquare, Plus } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Choices } from "@/components/ui/field";
import { toast } from "@/components/ui/toasts";
import { channelName } from "@/lib/channel-name";
import type { Channel } from "@/lib/contract";
import { useSomeMembers } from "../api/drafts";
import { variantName } from "./campaign-summary";
import { nextKey, type VariantValues } from "./campaign-values";
import { RenderedCard, usePreview } from "./rendered-card";
import type { StepProps } from "./step-props";
import { MAX_VARIANTS } from "./take-over";
import { VariantEditor } from "./variant-editor";
import { WriteCard } from "./write-card";

const channels = (): { value: Channel; label: string; hint: string; icon: ReactNode }[] => [
  { value: "email", label: channelName("email"), hint: t`With a subject`, icon: <Mail aria-hidden /> },
  { value: "sms", label: channelName("sms"), hint: t`Short text`, icon: <MessageSquare aria-hidden /> },
  { value: "whatsapp", label: channelName("whatsapp"), hint: t`Text`, icon: <MessageCircle aria-hidden /> },
];

/** The channel, the wordings, and what somebody would read. */
export function MessageStep({ values, faults, set }: StepProps) {
  const { channel, variants } = values;
  const several = variants.length > 1;
  const members = useSomeMembers(values.segmentId);
  const attributes = [...new Set(members.data?.flatMap((member) => Object.keys(member.attributes)))].sort();
  const [greeting, attribute] = ['{{name|default("there")}}', "{{attributes.x}}"];
  const preview = usePreview(values);
  const [added, setAdded] = useState<number>();
  const adding = useRef<HTMLButtonElement>(null);
  const removed = useRef(false);
  const shown = { ...preview.faults, ...faults };
  const change = (key: number, part: Partial<VariantValues>) =>
    set({ variants: variants.map((variant) => (variant.key === key ? { ...variant, ...part } : variant)) });

  // What was pressed is gone, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is removed
  useEffect(() => {
    if (removed.current) adding.current?.focus();
    removed.current = false;
  }, [variants.length]);

  function add() {
    const key = nextKey(variants);
    setAdded(key);
    set({ variants: [...variants, { key, subject: "", body: "", share: "" }] });
  }

  function remove(variant: VariantValues, index: number) {
    const name = variantName(index);
    set({ variants: variants.filter(({ key }) => key !== variant.key) });
    setAdded(undefined);
    removed.current = true;
    if (variant.subject.trim() === "" && variant.body.trim() === "") return;
    toast(t`${name} removed`, {
      undo: () => set(({ variants: others }) => ({ variants: putBack(others, variant, index) })),
    });
  }

  return (
    <>
      <Card>
        <div className="grid gap-6">
          <Choices
            legend={t`Channel`}
            name="channel"
            value={channel}
            choices={channels()}
            onChange={(next) => set({ channel: next })}
          />
          {variants.map((variant, index) => (
            <VariantEditor
              key={variant.key}
              variant={variant}
              {...(several && { title: variantName(index), part: partOf(variant, variants) })}
              isNew={variant.key === added}
              channel={channel}
              attributes={attributes}
              faults={{
                whole: shown[`variants.${index}`],
                subject: shown[`variants.${index}.subject`],
                body: shown[`variants.${index}.body`],
                share: shown[`variants.${index}.share`],
              }}
              onChange={(part) => change(variant.key, part)}
              onRemove={several ? () => remove(variant, index) : undefined}
            />
          ))}
          {shown.variants && <p className="text-sm text-danger">{shown.variants}</p>}
          {variants.length < MAX_VARIANTS && (
            <Button className="justify-self-start" icon={<Plus aria-hidden />} ref={adding} onClick={add}>
              <Trans>Another variant</Trans>
            </Button>
          )}
          <p className="text-sm text-muted">
            <Trans>
              Placeholders are filled in for each person. With{" "}
              <code className="rounded bg-sunken px-1 text-ink">{greeting}</code> people without a name read
              “there”; your own attributes are written{" "}
              <code className="rounded bg-sunken px-1 text-ink">{attribute}</code>.
            </Trans>{" "}
            {channel === "email" && t`The body of an e-mail is HTML: a new line begins with <br>, or a <p>.`}
          </p>
        </div>
      </Card>
      <WriteCard values={values} set={set} />
      <RenderedCard preview={preview} />
    </>
  );
}

/** Where it was, as far as there is room. */
function putBack(others: readonly VariantValues[], variant: VariantValues, index: number): VariantValues[] {
  if (others.length >= MAX_VARIANTS) return [...others];
  const key = others.some((other) => other.key === variant.key) ? nextKey(others) : variant.key;
  return [...others.slice(0, index), { ...variant, key }, ...others.slice(index)];
}

/** The part of the recipients that gets a variant, from 0 to 1; nothing while the shares are no numbers. */
function partOf(variant: VariantValues, variants: readonly VariantValues[]): number | undefined {
  const weight = ({ share }: VariantValues) => (share.trim() === "" ? 1 : Number(share));
  const part = weight(variant) / variants.reduce((sum, one) => sum + weight(one), 0);
  return Number.isFinite(part) && part >= 0 ? part : undefined;
}
