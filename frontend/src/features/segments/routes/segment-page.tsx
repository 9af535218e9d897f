import { Pencil, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Page } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Segment } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useDeleteSegment, useSegment } from "../api/segments";
import { BuildingBadge } from "../components/building-badge";
import { ExplainCard } from "../components/explain-card";
import { ListPeopleCard } from "../components/list-people-card";
import { MembersCard } from "../components/members-card";
import { OverlapCard } from "../components/overlap-card";
import { RulesInWords } from "../components/rules-in-words";

const BACK = { to: "/segments", label: "Segments" };

export function Component() {
  const { id = "" } = useParams();
  const segment = useSegment(id);
  if (!segment.data) {
    return (
      <Page title="Segment" back={BACK}>
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
  // Another segment begins afresh: nothing that was typed or chosen for the former one stays.
  return <Loaded key={id} segment={segment.data.data} etag={segment.data.etag} />;
}

function Loaded({ segment, etag }: { segment: Segment; etag: string | null }) {
  const [asking, setAsking] = useState(false);
  const mayWrite = useMay("write");
  const id = encodeURIComponent(segment.id);
  const isList = segment.kind === "list";
  return (
    <Page
      title={segment.name}
      aside={<BuildingBadge segment={segment} />}
      back={BACK}
      description={segment.description}
      actions={
        mayWrite && (
          <>
            <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking(true)}>
              Delete
            </Button>
            <ButtonLink to={`/segments/${id}/edit`} icon={<Pencil aria-hidden />}>
              Edit
            </ButtonLink>
            <ButtonLink look="primary" to={`/campaigns/new?segment=${id}`} icon={<Send aria-hidden />}>
              Write to them
            </ButtonLink>
          </>
        )
      }
    >
      <Card title={isList ? "A list" : "Rules"}>
        <p className="wrap-anywhere">
          {segment.rules ? (
            <RulesInWords rules={segment.rules} />
          ) : (
            "Those who were named belong, until they are taken off."
          )}
        </p>
        <Count segment={segment} />
      </Card>
      {isList && mayWrite && <ListPeopleCard id={segment.id} />}
      <MembersCard segment={segment} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <ExplainCard segment={segment} />
        <OverlapCard segment={segment} />
      </div>
      <DeleteDialog segment={segment} etag={etag} open={asking} onClose={() => setAsking(false)} />
    </Page>
  );
}

function Count({ segment: { count, state, progress = 0 } }: { segment: Segment }) {
  return (
    <div className="mt-3 grid gap-2 text-muted">
      {count !== undefined && (
        <p>
          <span className="text-xl font-semibold text-ink tabular-nums">{formatNumber(count)}</span>{" "}
          {count === 1 ? "member" : "members"}
        </p>
      )}
      {state === "building" && (
        <>
          <p className="text-sm">
            {count === undefined
              ? "The members are being found for the first time."
              : "Members are still those of the former rules, until those of the new ones are found."}
          </p>
          <Progress
            label="Finding the members"
            total={1}
            parts={[{ label: "done", value: progress, className: "bg-accent" }]}
          />
        </>
      )}
    </div>
  );
}

type DeleteDialogProps = { segment: Segment; etag: string | null; open: boolean; onClose: () => void };

function DeleteDialog({ segment, etag, open, onClose }: DeleteDialogProps) {
  const remove = useDeleteSegment(segment.id);
  const navigate = useNavigate();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Delete ${segment.name}?`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(etag, {
                onSuccess: () => {
                  toast("Segment deleted");
                  navigate("/segments", { replace: true });
                },
              })
            }
          >
            Delete segment
          </Button>
        </>
      }
    >
      <p className="text-muted">
        {segment.kind === "list" ? "Who was on it is forgotten then." : "Its rules are gone then."} Customers,
        and campaigns that were sent to it, stay as they are.
      </p>
      <FormProblem error={remove.error} />
    </Dialog>
  );
}
