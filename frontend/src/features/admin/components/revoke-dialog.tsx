import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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

  const called = apiKey?.name ?? "";
  const used = formatRelative(apiKey?.lastUsedAt);

  function close() {
    revoke.reset();
    onClose();
  }

  function confirm({ id, name }: ApiKey) {
    const onSuccess = () => {
      toast(t`${name} is revoked`);
      close();
    };
    revoke.mutate(id, { onSuccess });
  }

  return (
    <Dialog
      busy={revoke.isPending}
      open={apiKey !== null}
      title={t`Revoke “${called}”?`}
      onClose={close}
      footer={
        apiKey && (
          <>
            <Button disabled={revoke.isPending} onClick={close}>
              <Trans>Keep it</Trans>
            </Button>
            <Button look="danger" busy={revoke.isPending} onClick={() => confirm(apiKey)}>
              <Trans>Revoke</Trans>
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">
        <Trans>Whatever uses it is refused from now on, and it cannot be taken back.</Trans>{" "}
        {apiKey?.lastUsedAt ? t`It was last used: ${used}.` : t`It has not been used.`}
      </p>
      <FormProblem error={revoke.error} />
    </Dialog>
  );
}
