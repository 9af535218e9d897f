import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Segment } from "@/lib/contract";
import { Problem } from "@/lib/problem";
import { useSegment, useUpdateSegment } from "../api/segments";
import { SegmentForm } from "../components/segment-form";

export function Component() {
  const { id = "" } = useParams();
  const segment = useSegment(id);
  if (!segment.data) {
    return (
      <Page title="Edit segment" back={{ to: "/segments", label: "Segments" }}>
        <Card flush>
          {segment.isError ? (
            <Failure error={segment.error} onRetry={() => void segment.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  return <Edit loaded={segment.data} />;
}

function Edit({ loaded }: { loaded: { data: Segment; etag: string | null } }) {
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const [{ data: segment, etag }] = useState(loaded);
  const save = useUpdateSegment(segment.id, etag);
  const navigate = useNavigate();
  const home = `/segments/${encodeURIComponent(segment.id)}`;
  return (
    <Page title={`Edit ${segment.name}`} back={{ to: home, label: segment.name }}>
      <SegmentForm
        initial={segment}
        kind={segment.kind}
        self={segment.id}
        submitLabel="Save changes"
        cancelTo={home}
        busy={save.isPending}
        error={explained(save.error)}
        onSubmit={(draft) =>
          save.mutate(draft, {
            onSuccess: () => {
              toast("Segment saved");
              navigate(home);
            },
          })
        }
      />
    </Page>
  );
}

function explained(error: unknown): unknown {
  if (!(error instanceof Problem) || error.status !== 412) return error;
  return new Problem({
    status: 412,
    code: error.code,
    title: "Somebody else has changed this segment meanwhile",
    detail: "Open it again to see their version; yours has not been saved.",
  });
}
