import { ListChecks, Workflow } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Choices } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { toast } from "@/components/ui/toasts";
import type { SegmentDraft, SegmentKind } from "@/lib/contract";
import { useMay } from "@/lib/permissions";
import { useCreateSegment } from "@/lib/segments";
import { SegmentForm } from "../components/segment-form";

const FIRST_CONDITION = { field: "totalSpend", operator: ">=", value: 5000 };
const INITIAL = { name: "", rules: { combinator: "and" as const, not: false, rules: [FIRST_CONDITION] } };

const KINDS: { value: SegmentKind; label: string; hint: string; icon: React.ReactNode }[] = [
  {
    value: "rules",
    label: "Rules",
    hint: "People join and leave by themselves",
    icon: <Workflow aria-hidden />,
  },
  { value: "list", label: "List", hint: "You name the people", icon: <ListChecks aria-hidden /> },
];

/** A new segment; whoever may not make one may still try whom rules, or words, describe. */
export function Component() {
  const [kind, setKind] = useState<SegmentKind>("rules");
  const mayWrite = useMay("write");
  const create = useCreateSegment();
  const navigate = useNavigate();

  function save({ description, ...rest }: Omit<SegmentDraft, "kind">) {
    const draft: SegmentDraft = { ...rest, ...(description && { description }) };
    create.mutate(kind === "list" ? { ...draft, kind } : draft, {
      onSuccess: (segment) => {
        toast("Segment created");
        navigate(`/segments/${encodeURIComponent(segment.id)}`);
      },
    });
  }

  return (
    <Page
      title={mayWrite ? "New segment" : "Try an audience"}
      back={{ to: "/segments", label: "Segments" }}
      description={
        kind === "list"
          ? "Give the list a name. Whom it holds, you say on its own page: by e-mail address, or from a file."
          : "Describe the people by what they bought, when, and who they are. The count follows as you go."
      }
    >
      <SegmentForm
        initial={INITIAL}
        kind={kind}
        isReadOnly={!mayWrite}
        kindChoice={
          mayWrite && (
            <Choices
              legend="Who belongs is said by"
              name="kind"
              value={kind}
              choices={KINDS}
              onChange={setKind}
            />
          )
        }
        submitLabel={kind === "list" ? "Create list" : "Create segment"}
        cancelTo="/segments"
        busy={create.isPending}
        error={create.error}
        onSubmit={save}
      />
    </Page>
  );
}
