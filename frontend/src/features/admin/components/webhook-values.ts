/** The form of a webhook: what it begins with, what it asks for, and what it changes. */
import { t } from "@lingui/core/macro";
import type { Webhook, WebhookChange, WebhookRequest } from "@/lib/contract";

type Types = NonNullable<WebhookRequest["types"]>;

export type WebhookValues = {
  url: string;
  description: string;
  /** Everything, also what comes with later versions, or the chosen types alone. */
  what: "all" | "chosen";
  types: Types;
};

export const EMPTY: WebhookValues = { url: "", description: "", what: "all", types: [] };

/** Names of what has been typed and not been saved. */
export const NEW_WEBHOOK = "new-webhook/1";
export const editWebhook = (id: string) => `webhook/${id}/1`;

export function valuesOf({ url, description = "", types }: Webhook): WebhookValues {
  // A test is for who is tested, and nothing to be asked for.
  const chosen = types?.filter((type) => type !== "crm.webhook.test.v1") ?? [];
  return { url, description, what: types ? "chosen" : "all", types: chosen };
}

export function requestOf(values: WebhookValues): WebhookRequest {
  const { what, types } = values;
  const [url, description] = [values.url.trim(), values.description.trim()];
  return { url, ...(description && { description }), ...(what === "chosen" && { types }) };
}

/** What is different, as the API takes it. */
export function changeOf(before: WebhookValues, after: WebhookValues): WebhookChange {
  const [was, is] = [requestOf(before), requestOf(after)];
  return {
    ...(is.url !== was.url && { url: is.url }),
    ...(is.description !== was.description && { description: is.description ?? null }),
    ...(typesIn(is) !== typesIn(was) && { types: is.types ?? null }),
  };
}

/** What the form itself finds wrong, by field. */
export function faultsOf({ url, what, types }: WebhookValues): Record<string, string> {
  return {
    ...(url.trim() === "" && { url: t`Write an address first.` }),
    ...(what === "chosen" && types.length === 0 && { types: t`Choose at least one.` }),
  };
}

/** My changes of `before` on top of what somebody else has saved meanwhile. */
export function rebased(before: WebhookValues, mine: WebhookValues, theirs: WebhookValues): WebhookValues {
  const changed = changeOf(before, mine);
  return {
    url: "url" in changed ? mine.url : theirs.url,
    description: "description" in changed ? mine.description : theirs.description,
    ...("types" in changed
      ? { what: mine.what, types: mine.types }
      : { what: theirs.what, types: theirs.types }),
  };
}

/** The order in which they were chosen says nothing. */
const typesIn = ({ types }: WebhookRequest) => JSON.stringify(types?.toSorted() ?? null);
