import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Download, FileSpreadsheet, FileText, Image, Paperclip, Trash2 } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { DropArea } from "@/components/ui/drop-area";
import { Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Attachment } from "@/lib/contract";
import { formatBytes, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { userOf, useSession } from "@/lib/session";
import { useAttachments, useDeleteAttachment, useOpenAttachment } from "../api/attachments";
import { ACCEPTED, acceptedInWords, MOST_ATTACHMENTS } from "./attachment-types";
import { UploadRow } from "./upload-row";
import { useUploads } from "./use-uploads";

/** Files about a customer: adding, downloading and deleting them. */
export function AttachmentsCard({ customerId }: { customerId: string }) {
  const list = useAttachments(customerId);
  const { uploads, add, cancel, dismiss, retry } = useUploads(customerId);
  const [deleting, setDeleting] = useState<Attachment | null>(null);
  const open = useOpenAttachment(customerId);
  const mayWrite = useMay("write");
  const hint = useId();
  const card = useRef<HTMLDivElement>(null);
  const place = useRef(0);
  const isDeleted = useRef(false);
  const underWay = new Set(uploads.map(({ id }) => id));
  const items = list.data?.items.filter(({ id }) => !underWay.has(id)) ?? [];
  const full = (list.data?.items.length ?? 0) >= MOST_ATTACHMENTS;

  // The button of a file that is gone goes with it: to that of the next one, or to where files are added.
  useEffect(() => {
    if (deleting || !isDeleted.current) return;
    isDeleted.current = false;
    const buttons = deleteButtons(card.current);
    const next = buttons[place.current] ?? buttons.at(-1);
    (next ?? card.current?.querySelector<HTMLElement>("input[type=file]"))?.focus();
  }, [deleting]);

  return (
    <Card title={t`Files`} flush>
      <div ref={card}>
        {mayWrite && (
          <div className="grid gap-2 px-5 pt-3 pb-4">
            <DropArea
              accept={ACCEPTED}
              icon={<Paperclip aria-hidden />}
              multiple
              disabled={full}
              describedBy={hint}
              className="px-4! py-3!"
              onChoose={add}
            >
              <span className="text-sm font-medium">
                <Trans>Choose files or drop them here</Trans>
              </span>
            </DropArea>
            <p id={hint} className="text-xs text-muted">
              {full
                ? t`There can be ${MOST_ATTACHMENTS} files. Delete one to add another.`
                : acceptedInWords()}
            </p>
          </div>
        )}
        {uploads.length > 0 && (
          <ul aria-label={t`Uploads`} className="divide-y divide-line border-t border-line">
            {uploads.map((upload) => (
              <UploadRow
                key={upload.key}
                upload={upload}
                onCancel={() => cancel(upload.key)}
                onDismiss={() => dismiss(upload.key)}
                onRetry={() => retry(upload)}
              />
            ))}
          </ul>
        )}
        {open.error && (
          <div className="px-5 pb-3">
            <FormProblem error={open.error} />
          </div>
        )}
        <div className={mayWrite ? "border-t border-line" : undefined}>
          {list.isPending ? (
            <SkeletonRows rows={2} />
          ) : list.isError ? (
            <Failure error={list.error} onRetry={() => void list.refetch()} className="py-8!" />
          ) : items.length > 0 ? (
            <ul aria-label={t`Files`} className="divide-y divide-line">
              {items.map((attachment) => (
                <File
                  key={attachment.id}
                  attachment={attachment}
                  opening={open.isPending && open.variables === attachment.id}
                  onOpen={() => open.mutate(attachment.id)}
                  onDelete={() => {
                    const ids = deleteButtons(card.current).map(({ dataset }) => dataset.delete);
                    place.current = ids.indexOf(attachment.id);
                    setDeleting(attachment);
                  }}
                />
              ))}
            </ul>
          ) : (
            uploads.length === 0 && (
              <p className="px-5 py-3 text-sm text-muted">
                <span className="font-medium text-ink">{t`No files yet`}</span>
                <span className="block">
                  <Trans>
                    Invoices, contracts, pictures: what belongs to this customer can be kept here.
                  </Trans>
                </span>
              </p>
            )
          )}
        </div>
      </div>
      <DeleteDialog
        customerId={customerId}
        attachment={deleting}
        onDeleted={() => {
          isDeleted.current = true;
        }}
        onClose={() => setDeleting(null)}
      />
    </Card>
  );
}

function deleteButtons(card: HTMLElement | null): HTMLElement[] {
  return [...(card?.querySelectorAll<HTMLElement>("[data-delete]") ?? [])];
}

type FileProps = { attachment: Attachment; opening: boolean; onOpen: () => void; onDelete: () => void };

function File({ attachment, opening, onOpen, onDelete }: FileProps) {
  const { id, name, contentType, size, uploadedBy, createdAt, state } = attachment;
  const me = userOf(useSession());
  const mayWrite = useMay("write");
  const isMine = attachment.mayDownload || uploadedBy.id === me?.id || me?.role === "owner";
  const reason = useId();
  const bytes = formatBytes(size);
  const who = uploadedBy.name || t`somebody`;
  const since = formatRelative(createdAt);
  const why =
    state === "waiting"
      ? t`Its content has not arrived yet.`
      : attachment.mayDownload
        ? undefined
        : t`Only who added it, or an owner, can open it.`;
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 px-5 py-3 text-sm">
      <span aria-hidden className="mt-0.5 text-muted [&_svg]:size-4.5">
        <TypeIcon contentType={contentType} />
      </span>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 font-medium wrap-anywhere">
          {name}
          {state === "waiting" && <Badge>{t`waiting`}</Badge>}
        </p>
        <p className="text-muted">
          <Trans>
            {bytes}, {who}, <time dateTime={createdAt}>{since}</time>
          </Trans>
        </p>
        {why && (
          <p id={reason} className="text-muted">
            {why}
          </p>
        )}
      </div>
      <div className="-mr-2 flex">
        <Button
          look="quiet"
          aria-label={t`Download ${name}`}
          aria-describedby={why ? reason : undefined}
          disabled={why !== undefined}
          busy={opening}
          onClick={onOpen}
          className="px-2.5!"
          icon={<Download aria-hidden />}
        />
        {mayWrite && isMine && (
          <Button
            look="quiet"
            data-delete={id}
            aria-label={t`Delete ${name}`}
            onClick={onDelete}
            className="px-2.5!"
            icon={<Trash2 aria-hidden />}
          />
        )}
      </div>
    </li>
  );
}

function TypeIcon({ contentType }: { contentType: string }) {
  if (contentType.startsWith("image/")) return <Image />;
  return /csv|spreadsheet/.test(contentType) ? <FileSpreadsheet /> : <FileText />;
}

type DeleteDialogProps = {
  customerId: string;
  attachment: Attachment | null;
  onDeleted: () => void;
  onClose: () => void;
};

function DeleteDialog({ customerId, attachment, onDeleted, onClose }: DeleteDialogProps) {
  const remove = useDeleteAttachment(customerId);
  const name = attachment?.name;
  function close() {
    remove.reset();
    onClose();
  }
  return (
    <Dialog
      busy={remove.isPending}
      open={attachment !== null}
      onClose={close}
      title={name === undefined ? t`Delete the file?` : t`Delete “${name}”?`}
      footer={
        <>
          <Button disabled={remove.isPending} onClick={close}>{t`Keep it`}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() => {
              if (!attachment) return;
              remove.mutate(attachment.id, {
                onSuccess: () => {
                  toast(t`File deleted`);
                  onDeleted();
                  close();
                },
              });
            }}
          >
            {t`Delete file`}
          </Button>
        </>
      }
    >
      <p className="text-muted">
        <Trans>Nobody can open it any more then. This cannot be undone.</Trans>
      </p>
      <FormProblem error={remove.error} />
    </Dialog>
  );
}
