import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { RotateCw, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { formatBytes, formatShare } from "@/lib/format";
import { asProblem } from "@/lib/problem";
import type { Upload } from "./use-uploads";

type UploadRowProps = { upload: Upload; onCancel: () => void; onDismiss: () => void; onRetry: () => void };

/** A file on its way, or why it has not arrived. */
export function UploadRow({ upload, onCancel, onDismiss, onRetry }: UploadRowProps) {
  const { file, sent, refusal, error } = upload;
  const { name } = file;
  const share = formatShare(sent, file.size);
  const fault = refusal ?? (error === undefined ? undefined : faultInWords(error));
  return (
    <li className="grid gap-2 px-5 py-3 text-sm">
      <div className="flex items-start justify-between gap-3">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-medium">{file.name}</span>{" "}
          <span className="text-muted">{formatBytes(file.size)}</span>
        </p>
        <div className="-my-1.5 -mr-2 flex shrink-0">
          {error !== undefined && (
            <Button
              look="quiet"
              aria-label={t`Try ${name} again`}
              onClick={onRetry}
              className="px-2.5!"
              icon={<RotateCw aria-hidden />}
            />
          )}
          <Button
            look="quiet"
            aria-label={fault ? t`Dismiss ${name}` : t`Cancel ${name}`}
            onClick={fault ? onDismiss : onCancel}
            className="px-2.5!"
            icon={<X aria-hidden />}
          />
        </div>
      </div>
      {fault ? (
        <p role="alert" className="text-danger">
          {fault}
        </p>
      ) : (
        <>
          <Progress
            label={t`Upload of ${name}`}
            total={file.size}
            parts={[{ label: t`sent`, value: sent, className: "bg-accent" }]}
          />
          <p className="text-muted">
            <Trans>Uploading, {share}</Trans>
          </p>
        </>
      )}
    </li>
  );
}

/** In one line: what was refused, and why. */
function faultInWords(error: unknown): string {
  const problem = asProblem(error);
  const reasons = problem.errors.map(({ reason }) => reason).join("; ");
  return [problem.message, reasons || problem.detail].filter(Boolean).join(": ");
}
