import { t } from "@lingui/core/macro";
import type { UploadTarget } from "./contract";
import { Problem } from "./problem";

/**
 * Puts a file where the ticket says, straight into the store: no token of ours goes there, and no header but the
 * ticket's, since the address is signed. XMLHttpRequest, because fetch does not report an upload's progress.
 */
export function uploadFile(
  upload: UploadTarget,
  file: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const sender = new XMLHttpRequest();
    sender.open(upload.method, upload.url);
    for (const [name, value] of Object.entries(upload.headers)) sender.setRequestHeader(name, value);
    sender.upload.onprogress = (event) => onProgress(event.loaded);
    sender.onerror = () => reject(refused(0));
    sender.onabort = () => reject(cancelled());
    sender.onload = () =>
      sender.status >= 200 && sender.status < 300 ? resolve() : reject(refused(sender.status));
    signal.addEventListener("abort", () => sender.abort());
    // A slice without a type, so that the browser adds no content-type of its own to a signed request.
    sender.send(file.slice(0, file.size, ""));
  });
}

/** Whether a failure is only that somebody has cancelled. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function cancelled(): DOMException {
  return new DOMException("Upload cancelled", "AbortError");
}

function refused(status: number): Problem {
  return new Problem({
    status,
    code: "upload_failed",
    title: t`The file could not be uploaded`,
    detail: status === 0 ? t`The connection to the store failed.` : t`The store answered ${status}.`,
  });
}
