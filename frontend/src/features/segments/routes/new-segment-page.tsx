import { t } from "@lingui/core/macro";
import { ListChecks, Workflow } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { Choices } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { toast } from "@/components/ui/toasts";
import type { SegmentDraft, SegmentKind } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { useMay } from "@/lib/permissions";
import { useCreateSegment } from "@/lib/segments";
import { SegmentForm } from "../components/segment-form";
import { NEW_SEGMENT, type SegmentWritten, valuesOf } from "../components/segment-values";

const FIRST_CONDITION = { field: "totalSpend", operator: ">=", value: 5000 };
const FIRST_RULES = { combinator: "and" as const, not: false, rules: [FIRST_CONDITION] };
const begun = () => valuesOf({ kind: "rules", name: "", rules: FIRST_RULES });

const kinds = (): { value: SegmentKind; label: string; hint: string; icon: ReactNode }[] => [
  {
    value: "rules",
    label: t`Rules`,
    hint: t`People join and leave by themselves`,
    icon: <Workflow aria-hidden />,
  },
  { value: "list", label: t`List`, hint: t`You name the people`, icon: <ListChecks aria-hidden /> },
];

/** A new segment; whoever may not make one may still try whom rules, or words, describe. */
export function Component() {
  const draft = useDraft(NEW_SEGMENT, begun);
  const [restored, setRestored] = useState(draft.restored);
  const mayWrite = useMay("write");
  const create = useCreateSegment(draft);
  const navigate = useNavigate();
  const { kind } = draft.value;
  const isList = kind === "list";

  function save({ description, ...rest }: SegmentWritten) {
    const segment: SegmentDraft = { ...rest, ...(description && { description }) };
    create.mutate(isList ? { ...segment, kind } : segment, {
      onSuccess: ({ id }) => {
        toast(t`Segment created`);
        navigate(`/segments/${encodeURIComponent(id)}`);
      },
    });
  }

  return (
    <Page
      title={mayWrite ? t`New segment` : t`Try an audience`}
      back={{ to: "/segments", label: t`Segments` }}
      description={
        isList
          ? t`Give the list a name. Whom it holds, you say on its own page: by e-mail address, or from a file.`
          : t`Describe the people by what they bought, when, and who they are. The count follows as you go.`
      }
    >
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(begun());
              draft.forget();
              create.reset();
              setRestored(false);
            }}
          />
        )}
      </div>
      <SegmentForm
        values={draft.value}
        onChange={draft.change}
        isReadOnly={!mayWrite}
        kindChoice={
          mayWrite && (
            <Choices
              legend={t`Who belongs is said by`}
              name="kind"
              value={kind}
              choices={kinds()}
              onChange={(next) => draft.change({ ...draft.value, kind: next })}
            />
          )
        }
        submitLabel={isList ? t`Create list` : t`Create segment`}
        cancelTo="/segments"
        busy={create.isPending}
        error={create.error}
        onCancel={draft.forget}
        onSubmit={save}
      />
    </Page>
  );
}
