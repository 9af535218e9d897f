import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Segment } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { explained, isGone, isOutdated } from "@/lib/problem";
import { useSegment, useUpdateSegment } from "../api/segments";
import { NoSegment } from "../components/no-segment";
import { SegmentForm } from "../components/segment-form";
import { editSegment, type SegmentValues, type SegmentWritten, valuesOf } from "../components/segment-values";

/** What the form holds, and the tag of what it began from. */
type Draft = { values: SegmentValues; etag: string | null };

export function Component() {
  const { id = "" } = useParams();
  const segment = useSegment(id);
  if (!segment.data || isGone(segment.error)) {
    return (
      <Page title={t`Edit segment`} back={{ to: "/segments", label: t`Segments` }}>
        <Card flush>
          {segment.isError ? (
            <NoSegment error={segment.error} onRetry={() => void segment.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  const reload = async () => (await segment.refetch({ throwOnError: true })).data as Tagged<Segment>;
  return <Edit key={id} loaded={segment.data} reload={reload} />;
}

type EditProps = { loaded: Tagged<Segment>; reload: () => Promise<Tagged<Segment>> };

function Edit({ loaded, reload }: EditProps) {
  const { id, name } = loaded.data;
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const draft = useDraft<Draft>(editSegment(id), () => begun(loaded));
  const { values, etag } = draft.value;
  const [restored, setRestored] = useState(draft.restored);
  const [fault, setFault] = useState<unknown>(null);
  const save = useUpdateSegment(id, draft);
  const navigate = useNavigate();
  const home = `/segments/${encodeURIComponent(id)}`;
  const error = fault ?? save.error;

  function submit(change: SegmentWritten, guard = etag) {
    setFault(null);
    save.mutate(
      { change, etag: guard },
      {
        onSuccess: () => {
          toast(t`Segment saved`);
          navigate(home);
        },
      },
    );
  }

  async function saveOverTheirs(change: SegmentWritten) {
    try {
      submit(change, (await reload()).etag);
    } catch (failure) {
      setFault(failure);
    }
  }

  function discard() {
    draft.change(begun(loaded));
    draft.forget();
    save.reset();
    setFault(null);
    setRestored(false);
  }

  return (
    <Page title={t`Edit ${name}`} back={{ to: home, label: name }}>
      <div role="status" className="empty:hidden">
        {restored && <RestoredNotice onDiscard={discard} />}
      </div>
      <SegmentForm
        values={values}
        onChange={(next) => draft.change({ values: next, etag })}
        self={id}
        submitLabel={t`Save changes`}
        cancelTo={home}
        busy={save.isPending}
        error={explained(
          error,
          t`Somebody else has changed this segment meanwhile`,
          t`Yours has not been saved, and stays in the form. Open the segment in another tab to see their version.`,
        )}
        remedy={
          isOutdated(error)
            ? { label: t`Save mine over theirs`, onSubmit: (change) => void saveOverTheirs(change) }
            : undefined
        }
        onCancel={draft.forget}
        onSubmit={(change) => submit(change)}
      />
    </Page>
  );
}

function begun({ data, etag }: Tagged<Segment>): Draft {
  return { values: valuesOf(data), etag };
}
