import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call, callFile } from "@/lib/call";
import type { Channel, Suppressed, Suppression, SuppressionReason } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const KEY = ["suppressions"];

/** What is asked for; with an address, all that stands of it. Empty words ask for everything. */
export type SuppressionFilter = { channel: Channel | ""; reason: SuppressionReason | ""; address: string };

export function useSuppressions({ channel, reason, address }: SuppressionFilter) {
  return useCursorList(KEY, "GET /api/suppressions", {
    query: { channel: channel || undefined, reason: reason || undefined, address: address || undefined },
  });
}

/** Addresses that were typed, or a file of them. */
export type Addition = { channel: Channel } & ({ addresses: string[] } | { csv: string });

export function useAddSuppressions() {
  const queryClient = useQueryClient();
  return useIntent((addition: Addition, idempotencyKey) => send(addition, idempotencyKey), {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

function send(addition: Addition, idempotencyKey: string): Promise<Suppressed> {
  const { channel } = addition;
  if ("csv" in addition) {
    return call("POST /api/suppressions/file", {
      query: { channel },
      body: addition.csv,
      contentType: "text/csv",
      idempotencyKey,
    });
  }
  const items = addition.addresses.map((address) => ({ channel, address }));
  return call("POST /api/suppressions", { body: { items }, idempotencyKey });
}

export function useRemoveSuppression() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call("DELETE /api/suppressions/{id}", { path: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/**
 * Puts an address back that was just taken off, for the same reason: as a line of an export, which knows it by its id. It is
 * on the list since now, as what was said of it before it was taken off does not count any more.
 */
export function usePutBack() {
  const queryClient = useQueryClient();
  return useIntent(
    ({ id, channel, address = "", reason }: Suppression, idempotencyKey) =>
      call("POST /api/suppressions/file", {
        body: `id,channel,address,reason\r\n${id},${channel},${address},${reason}\r\n`,
        contentType: "text/csv",
        idempotencyKey,
      }),
    { onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }) },
  );
}

/** The list, as far as it is of a channel and a reason, as a CSV file. */
export function useExportSuppressions() {
  return useMutation({
    mutationFn: ({ channel, reason }: Omit<SuppressionFilter, "address">) =>
      callFile("GET /api/suppressions/file", "suppressions.csv", {
        query: { channel: channel || undefined, reason: reason || undefined },
      }),
  });
}
