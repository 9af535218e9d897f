import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { ApiKey } from "@/lib/contract";
import { formatRelative } from "@/lib/format";
import { useRevokeKey } from "../api/keys";

type RevokeDialogProps = { apiKey: ApiKey | null; onClose: () => void };

/** Ends a key for good, once somebody has read when it was last of use. */
export function RevokeDialog({ apiKey, onClose }: RevokeDialogProps) {
  const revoke = useRevokeKey();

  function close() {
    revoke.reset();
    onClose();
  }

  function confirm({ id, name }: ApiKey) {
    const onSuccess = () => {
      toast(`${name} is revoked`);
      close();
    };
    revoke.mutate(id, { onSuccess });
  }

  return (
    <Dialog
      open={apiKey !== null}
      title={`Revoke ${apiKey?.name ?? ""}?`}
      onClose={close}
      footer={
        apiKey && (
          <>
            <Button onClick={close}>Keep it</Button>
            <Button look="danger" busy={revoke.isPending} onClick={() => confirm(apiKey)}>
              Revoke
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">
        Whatever uses it is refused from now on, and it cannot be taken back.{" "}
        {apiKey?.lastUsedAt
          ? `It was last used: ${formatRelative(apiKey.lastUsedAt)}.`
          : "It has not been used."}
      </p>
      <FormProblem error={revoke.error} />
    </Dialog>
  );
}
