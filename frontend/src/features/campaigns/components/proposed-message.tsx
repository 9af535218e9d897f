import { plural } from "@lingui/core/macro";
import type { ReactNode } from "react";
import type { Channel, Variant } from "@/lib/contract";

import { smsSize } from "@/lib/sms";

/** A wording that was proposed; `smsSegments` at most, for those on whom it was tried. */
export type Proposed = Pick<Variant, "subject" | "body"> & { smsSegments?: number };

type ProposedMessageProps = { message: Proposed; channel: Channel; children?: ReactNode };

/** A wording as it was proposed, with its placeholders, and what can be done with it. */
export function ProposedMessage({ message, channel, children }: ProposedMessageProps) {
  const { subject, body, smsSegments } = message;
  return (
    <article className="grid gap-2 rounded-lg border border-line p-3.5">
      {subject && <p className="font-medium wrap-anywhere">{subject}</p>}
      <p className="text-sm whitespace-pre-wrap wrap-anywhere">{channel === "email" ? textOf(body) : body}</p>
      <div className="flex flex-wrap items-center justify-between gap-2 empty:hidden">
        {channel === "sms" && (
          <p className="text-sm text-muted">
            {smsSegments === undefined
              ? plural(smsSize(body).segments, { one: "About # segment", other: "About # segments" })
              : plural(smsSegments, { one: "# segment at most", other: "# segments at most" })}
          </p>
        )}
        {children}
      </div>
    </article>
  );
}

/** What there is to read in HTML. Nothing of it runs or is loaded: it is only taken apart. */
function textOf(html: string): string {
  const broken = html.replace(/<br[^>]*>/gi, "\n").replace(/<\/(p|div|h\d|li)>/gi, "\n\n");
  return new DOMParser().parseFromString(broken, "text/html").body.textContent.trim();
}
