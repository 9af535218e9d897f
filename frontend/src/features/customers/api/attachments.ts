import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Attachment, AttachmentLink, AttachmentRequest, AttachmentTicket, Page } from "@/lib/contract";
import { openFile } from "@/lib/open-file";
import { customerPath } from "./customers";

const listPath = (customerId: string) => `${customerPath(customerId)}/attachments`;
const onePath = (customerId: string, id: string) => `${listPath(customerId)}/${encodeURIComponent(id)}`;
export const attachmentsKey = (customerId: string) => ["customers", customerId, "attachments"];

/** The files of a customer; they come all at once. */
export function useAttachments(customerId: string) {
  return useQuery({
    queryKey: attachmentsKey(customerId),
    queryFn: ({ signal }) => request<Page<Attachment>>(listPath(customerId), { signal }),
  });
}

/** Announces a file; its content goes where the ticket says. */
export function announceAttachment(
  customerId: string,
  file: AttachmentRequest,
  idempotencyKey: string,
): Promise<AttachmentTicket> {
  return request(listPath(customerId), { method: "POST", body: file, idempotencyKey });
}

/** Asks for the link, which is good for minutes only, and opens it. */
export function useOpenAttachment(customerId: string) {
  return useMutation({
    mutationFn: async (id: string) => {
      const { url } = await request<AttachmentLink>(onePath(customerId, id));
      openFile(url);
    },
  });
}

export function deleteAttachment(customerId: string, id: string): Promise<void> {
  return request(onePath(customerId, id), { method: "DELETE" });
}

export function useDeleteAttachment(customerId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => deleteAttachment(customerId, id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: attachmentsKey(customerId) }),
  });
}
