/** Problems (RFC 9457) as the app sees them: one error type for refusals, outages and a lost connection alike. */

import { t } from "@lingui/core/macro";
import type { Fault } from "./generated/types.gen";

export type FieldFault = Fault;

export class Problem extends Error {
  override name = "Problem";
  /** 0 when no answer came at all. */
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly errors: FieldFault[];
  /** Seconds after which another try is worth it, when the server has said so. */
  readonly retryAfter: number | undefined;

  constructor(of: {
    status: number;
    code: string;
    title: string;
    detail?: string | undefined;
    errors?: FieldFault[];
    retryAfter?: number | undefined;
  }) {
    super(of.title);
    this.status = of.status;
    this.code = of.code;
    this.detail = of.detail;
    this.errors = of.errors ?? [];
    this.retryAfter = of.retryAfter;
  }

  static offline(): Problem {
    return new Problem({
      status: 0,
      code: "offline",
      title: t`No connection to the server`,
      detail: t`Check your connection, then try again.`,
    });
  }

  /** Reads an answer that is not 2xx. Whatever its body holds, the result is presentable. */
  static async fromResponse(response: Response): Promise<Problem> {
    const body: unknown = await response.json().catch(() => undefined);
    return Problem.of(body, response.status, retryAfterOf(response));
  }

  /** A problem that came as part of something else; `status` is that of its answer. */
  static of(body: unknown, status: number, retryAfter?: number): Problem {
    const of = isRecord(body) ? body : {};
    const errors = Array.isArray(of.errors) ? of.errors.flatMap(asFault) : [];
    const detail = text(of.detail);
    // Under `about:blank` the title is only the status in words (RFC 9457, 4.2.1): the detail says what is wrong.
    const named = of.type !== undefined && of.type !== "about:blank" ? text(of.title) : undefined;
    const title =
      errors.length > 0 ? t`Some entries were not accepted` : (named ?? detail ?? fallbackTitle(status));
    return new Problem({
      status,
      code: text(of.code) ?? `http_${status}`,
      title,
      detail: errors.length > 0 || detail === title ? undefined : detail,
      errors,
      retryAfter,
    });
  }
}

/** Seconds after which an answer wants to be asked for again. */
export function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get("retry-after");
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

/** Whether the same request may well succeed later: an outage, too many requests, a twin of it that still runs. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  const { status, retryAfter } = error;
  return status === 0 || status === 429 || status >= 500 || (status === 409 && retryAfter !== undefined);
}

/** The server's faults by field, with paths in one spelling: `variants[0].body`, `/variants/0/body` -> `variants.0.body`. */
export function faultsByField(error: unknown): Record<string, string> {
  const faults: Record<string, string> = {};
  if (!(error instanceof Problem)) return faults;
  for (const { field, reason } of error.errors) {
    const key = fieldPath(field);
    faults[key] = faults[key] ? `${faults[key]}; ${reason}` : reason;
  }
  return faults;
}

/** The fault of a list that has one control for all: its own, and those of its items after their names. */
export function listFault(
  field: string,
  faults: Record<string, string>,
  items: readonly string[],
): string | undefined {
  const single = items.flatMap((item, index) => {
    const reason = faults[`${field}.${index}`];
    return reason ? [`${item}: ${reason}`] : [];
  });
  return [faults[field], ...single].filter(Boolean).join("; ") || undefined;
}

export function fieldPath(field: string): string {
  return field
    .replace(/\[(\d+)\]/g, ".$1")
    .replace(/\//g, ".")
    .replace(/^[.$]+/, "");
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ status: 0, code: "unexpected", title: t`Something went wrong on this page` });
}

function fallbackTitle(status: number): string {
  if (status === 404) return t`Not found`;
  if (status === 429) return t`Too many requests, try again in a moment`;
  if (status >= 500) return t`The server could not answer`;
  return t`The request was refused`;
}

function asFault(value: unknown): FieldFault[] {
  if (!isRecord(value)) return [];
  const reason = text(value.reason);
  return reason ? [{ field: text(value.field) ?? "", reason }] : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is no such thing, or not any more. */
export const isGone = (error: unknown): boolean => error instanceof Problem && error.status === 404;

/** Whether something was not changed since somebody else had changed it before. */
export const isOutdated = (error: unknown): error is Problem =>
  error instanceof Problem && error.status === 412;

/** What is to be done where somebody else has changed something before; any other fault as it is. */
export const explained = (error: unknown, title: string, detail: string): unknown =>
  isOutdated(error) ? new Problem({ status: 412, code: "outdated", title, detail }) : error;
