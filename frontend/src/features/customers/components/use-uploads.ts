import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toast } from "@/components/ui/toasts";
import type { AttachmentTicket } from "@/lib/contract";
import { intentKeys } from "@/lib/intent";
import { isCancelled, uploadFile } from "@/lib/upload-file";
import { announceAttachment, attachmentsKey, deleteAttachment } from "../api/attachments";
import { attachmentFault, contentTypeOf } from "./attachment-types";

export type Upload = {
  key: string;
  file: File;
  /** Bytes. */
  sent: number;
  /** Of the attachment, once it has been announced. */
  id?: string;
  /** Why this file is not even tried. */
  refusal?: string | undefined;
  error?: unknown;
};

/** Milliseconds after an upload at which it is looked for in the list. */
const LOOKS = [0, 1_000, 3_000, 8_000];

/** Uploads under way and those that failed; each goes its own way, also when one has left the page. */
export function useUploads(customerId: string) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [keys] = useState(intentKeys);
  const aborts = useRef(new Map<string, AbortController>());
  const queryClient = useQueryClient();

  const change = (key: string, part: Partial<Upload>) =>
    setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)));
  const drop = (key: string) => setUploads((all) => all.filter((upload) => upload.key !== key));

  function add(files: readonly File[]) {
    const added = files.map((file) => ({
      key: crypto.randomUUID(),
      file,
      sent: 0,
      refusal: attachmentFault(file),
    }));
    setUploads((all) => [...all, ...added]);
    for (const { key, file, refusal } of added) if (!refusal) void run(key, file);
  }

  async function run(key: string, file: File) {
    const contentType = contentTypeOf(file);
    if (!contentType) return;
    const abort = new AbortController();
    aborts.current.set(key, abort);
    let ticket: AttachmentTicket | undefined;
    try {
      const about = { name: file.name, contentType, size: file.size };
      ticket = await keys.once([about, file.lastModified], (intent) =>
        announceAttachment(customerId, about, intent),
      );
      change(key, { id: ticket.id });
      await uploadFile(ticket.upload, file, (sent) => change(key, { sent }), abort.signal);
      const { name } = file;
      toast(t`${name} added`);
      for (const wait of LOOKS) setTimeout(look, wait, wait === 0 ? key : undefined);
    } catch (error) {
      // What was announced and has no content would only stand in the list.
      if (ticket) void deleteAttachment(customerId, ticket.id).catch(() => undefined);
      if (isCancelled(error)) drop(key);
      else change(key, { error });
    }
    aborts.current.delete(key);
  }

  async function look(finished?: string) {
    await queryClient.invalidateQueries({ queryKey: attachmentsKey(customerId) });
    if (finished) drop(finished);
  }

  return {
    uploads,
    add,
    cancel: (key: string) => aborts.current.get(key)?.abort(),
    dismiss: drop,
    retry: ({ key, file }: Upload) => {
      change(key, { error: undefined, sent: 0 });
      void run(key, file);
    },
  };
}
