import { useNavigate } from "react-router";
import { Page } from "@/components/ui/page";
import { toast } from "@/components/ui/toasts";
import { useCreateSegment } from "../api/segments";
import { SegmentForm } from "../components/segment-form";

const FIRST_CONDITION = { field: "totalSpend", operator: ">=", value: 5000 };

export function Component() {
  const create = useCreateSegment();
  const navigate = useNavigate();
  return (
    <Page
      title="New segment"
      back={{ to: "/segments", label: "Segments" }}
      description="Describe the people by what they bought, when, and who they are. The count follows as you go."
    >
      <SegmentForm
        initial={{ name: "", rules: { combinator: "and", not: false, rules: [FIRST_CONDITION] } }}
        submitLabel="Create segment"
        cancelTo="/segments"
        busy={create.isPending}
        error={create.error}
        onSubmit={({ description, ...draft }) =>
          create.mutate(description ? { ...draft, description } : draft, {
            onSuccess: (segment) => {
              toast("Segment created");
              navigate(`/segments/${encodeURIComponent(segment.id)}`);
            },
          })
        }
      />
    </Page>
  );
}
