/** For tests: a store that takes uploads, in place of the browser's XMLHttpRequest. */
import { act } from "@testing-library/react";
import { vi } from "vitest";

export class Sending {
  method = "";
  url = "";
  headers: Record<string, string> = {};
  body: Blob | undefined;
  status = 0;
  aborted = false;
  upload: { onprogress?: (event: { loaded: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;

  open(method: string, url: string) {
    this.method = method;
    this.url = url;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(body: Blob) {
    this.body = body;
  }
  abort() {
    this.aborted = true;
    this.onabort?.();
  }

  progress(loaded: number) {
    return act(async () => this.upload.onprogress?.({ loaded }));
  }
  answer(status: number) {
    this.status = status;
    return act(async () => (status === 0 ? this.onerror?.() : this.onload?.()));
  }
}

/** The uploads begun from now on. */
export function catchUploads(): Sending[] {
  const begun: Sending[] = [];
  vi.stubGlobal(
    "XMLHttpRequest",
    class extends Sending {
      override send(body: Blob) {
        super.send(body);
        begun.push(this);
      }
    },
  );
  return begun;
}
