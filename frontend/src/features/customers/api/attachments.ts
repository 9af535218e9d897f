import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { AttachmentRequest, AttachmentTicket } from "@/lib/contract";
import { openFile } from "@/lib/open-file";

const LIST = "/api/customers/{id}/attachments";
const ONE = "/api/customers/{id}/attachments/{attachmentId}";
export const attachmentsKey = (customerId: string) => ["customers", customerId, "attachments"];

/** The files of a customer; they come all at once. */
export function useAttachments(customerId: string) {
  return useQuery({
    queryKey: attachmentsKey(customerId),
    queryFn: ({ signal }) => call(`GET ${LIST}`, { path: { id: customerId }, signal }),
  });
}

/** Announces a file; its content goes where the ticket says. */
export function announceAttachment(
  customerId: string,
  file: AttachmentRequest,
  idempotencyKey: string,
): Promise<AttachmentTicket> {
  return call(`POST ${LIST}`, { path: { id: customerId }, body: file, idempotencyKey });
}

/** Asks for the link, which is good for minutes only, and opens it. */
export function useOpenAttachment(customerId: string) {
  return useMutation({
    mutationFn: async (id: string) => {
      const { url } = await call(`GET ${ONE}`, { path: { id: customerId, attachmentId: id } });
      openFile(url);
    },
  });
}

export function deleteAttachment(customerId: string, id: string): Promise<void> {
  return call(`DELETE ${ONE}`, { path: { id: customerId, attachmentId: id } });
}

export function useDeleteAttachment(customerId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => deleteAttachment(customerId, id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: attachmentsKey(customerId) }),
  });
}
