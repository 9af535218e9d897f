import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import type { AuditEntry } from "@/lib/contract";
import { inPlainWords } from "./changes";

/** The things that have a page of their own. */
const PAGES = new Set(["customers", "orders", "segments", "campaigns", "imports", "webhooks"]);

/** Who did what to what, under its name where one is known. Operations that are not known here are told by theirs. */
export function AuditSentence({ entry, name }: { entry: AuditEntry; name: string | undefined }) {
  const { action, actor, object } = entry;
  const who = <span className="font-medium">{actor.name ?? actor.id}</span>;
  const it = <Thing object={object} name={name} />;
  switch (action) {
    case "create_segment":
      return (
        <Trans>
          {who} created the segment {it}
        </Trans>
      );
    case "update_segment":
      return (
        <Trans>
          {who} changed the segment {it}
        </Trans>
      );
    case "delete_segment":
      return (
        <Trans>
          {who} deleted the segment {it}
        </Trans>
      );
    case "change_members":
      return (
        <Trans>
          {who} changed who is on the list {it}
        </Trans>
      );
    case "import_members":
      return (
        <Trans>
          {who} changed who is on the list {it}, from a file
        </Trans>
      );
    case "edit_members":
      return (
        <Trans>
          {who} changed all members of the segment {it}
        </Trans>
      );
    case "export_segment":
      return (
        <Trans>
          {who} exported the members of the segment {it}
        </Trans>
      );
    case "launch_campaign":
      return (
        <Trans>
          {who} made the campaign {it}
        </Trans>
      );
    case "launch_draft":
      return (
        <Trans>
          {who} launched the campaign {it}
        </Trans>
      );
    case "change_draft":
      return (
        <Trans>
          {who} changed the draft of the campaign {it}
        </Trans>
      );
    case "delete_draft":
      return (
        <Trans>
          {who} deleted the draft of the campaign {it}
        </Trans>
      );
    case "pause_campaign":
      return (
        <Trans>
          {who} paused the campaign {it}
        </Trans>
      );
    case "resume_campaign":
      return (
        <Trans>
          {who} resumed the campaign {it}
        </Trans>
      );
    case "cancel_campaign":
      return (
        <Trans>
          {who} cancelled the campaign {it}
        </Trans>
      );
    case "export_log":
      return (
        <Trans>
          {who} exported the messages of the campaign {it}
        </Trans>
      );
    case "upsert_customers":
    case "change_customer":
      return (
        <Trans>
          {who} changed the customer {it}
        </Trans>
      );
    case "erase_customer":
      return (
        <Trans>
          {who} deleted the customer {it}
        </Trans>
      );
    case "merge_customers":
      return (
        <Trans>
          {who} merged another customer into {it}
        </Trans>
      );
    case "add_attachment":
      return (
        <Trans>
          {who} added the file {it}
        </Trans>
      );
    case "delete_attachment":
      return (
        <Trans>
          {who} deleted the file {it}
        </Trans>
      );
    case "tag_customers":
      return <Trans>{who} changed tags of several customers</Trans>;
    case "edit_customers":
      return <Trans>{who} changed all customers who match</Trans>;
    case "export_customers":
      return <Trans>{who} exported customers</Trans>;
    case "change_order_status":
      return (
        <Trans>
          {who} changed the status of the order {it}
        </Trans>
      );
    case "start_import":
      return (
        <Trans>
          {who} started the import {it}
        </Trans>
      );
    case "invite_user":
      return (
        <Trans>
          {who} invited {it}
        </Trans>
      );
    case "change_user":
      return (
        <Trans>
          {who} changed the role or access of {it}
        </Trans>
      );
    case "withdraw_invitation":
      return (
        <Trans>
          {who} took back the invitation of {it}
        </Trans>
      );
    case "create_key":
      return (
        <Trans>
          {who} created the key {it}
        </Trans>
      );
    case "revoke_key":
      return (
        <Trans>
          {who} revoked the key {it}
        </Trans>
      );
    case "create_webhook":
      return (
        <Trans>
          {who} created the webhook {it}
        </Trans>
      );
    case "change_webhook":
      return (
        <Trans>
          {who} changed the webhook {it}
        </Trans>
      );
    case "disable_webhook":
      return (
        <Trans>
          {who} gave up the webhook {it}, whose receiver fails or is gone
        </Trans>
      );
    case "delete_webhook":
      return (
        <Trans>
          {who} deleted the webhook {it}
        </Trans>
      );
    case "show_webhook_secret":
      return (
        <Trans>
          {who} looked at the secret of the webhook {it}
        </Trans>
      );
    case "rotate_webhook_secret":
      return (
        <Trans>
          {who} rotated the secret of the webhook {it}
        </Trans>
      );
    case "test_webhook":
      return (
        <Trans>
          {who} sent a test to the webhook {it}
        </Trans>
      );
    case "resend_delivery":
      return (
        <Trans>
          {who} resent an event to the webhook {it}
        </Trans>
      );
    case "redrive_queue":
      return (
        <Trans>
          {who} redrove the dead letters of {it}
        </Trans>
      );
    case "redrive_letter":
      return (
        <Trans>
          {who} redrove a dead letter, {it}
        </Trans>
      );
    case "discard_letter":
      return (
        <Trans>
          {who} discarded a dead letter, {it}
        </Trans>
      );
    case "add_suppressions":
      return <Trans>{who} put addresses on the suppression list</Trans>;
    case "import_suppressions":
      return <Trans>{who} put addresses on the suppression list, from a file</Trans>;
    case "remove_suppression":
      return (
        <Trans>
          {who} took an address off the suppression list, {it}
        </Trans>
      );
    case "change_settings":
      return <Trans>{who} changed the settings</Trans>;
    case "replay_erasures":
      return <Trans>{who} had deleted customers deleted again, as after a restored backup</Trans>;
    default: {
      const what = inPlainWords(action);
      return (
        <Trans>
          {who}: {what} {it}
        </Trans>
      );
    }
  }
}

/** In quotes by its name, else by its id. */
function Thing({ object, name }: { object: string; name: string | undefined }) {
  const [kind = "", id, ...rest] = object.split("/");
  const shown = name === undefined ? [id ?? kind, ...rest].join("/") : t`“${name}”`;
  if (!PAGES.has(kind) || !id || (rest.length > 0 && rest[0] !== "attachments")) {
    return <span className={name === undefined ? "text-muted" : undefined}>{shown}</span>;
  }
  return (
    <Link to={`/${kind}/${id}`} className="text-accent underline underline-offset-2">
      {shown}
    </Link>
  );
}

/** What things are called, by their paths: as their newest entries say. */
export function namesIn(entries: readonly AuditEntry[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { object, after, before } of entries) {
    const name = nameIn(after) ?? nameIn(before);
    if (name !== undefined && !names.has(object)) names.set(object, name);
  }
  return names;
}

function nameIn(members: unknown): string | undefined {
  if (typeof members !== "object" || members === null) return undefined;
  const { name, email, url } = members as Record<string, unknown>;
  const found = [name, email, url].find((one) => typeof one === "string" && one !== "");
  return typeof found === "string" ? found : undefined;
}
