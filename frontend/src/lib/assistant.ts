/**
 * Questions to the assistant. Each asks to wait rather than do without a model that is over its quota; one that waits is
 * asked for until it is answered or refused. Nothing is ever written or sent by asking.
 */
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";
import { type Answer, type Argument, callRaw, type Input } from "./call";
import type { Asked, Lack, Source } from "./generated/types.gen";
import { readJson } from "./http";
import { useIntent } from "./intent";
import { isPassing, Problem, retryAfterOf } from "./problem";

export type QuestionRoute =
  | "POST /api/generate-rules"
  | "POST /api/generate-messages"
  | "POST /api/campaigns/{id}/summary"
  | "POST /api/campaigns/suggest";

/** What a question brings in the end. */
export type Said<R extends QuestionRoute> = Exclude<Answer<R>, Asked>;

/** What is asked; on which terms is decided here. */
export type Question<R extends QuestionRoute> = Omit<Input<R>, "idempotencyKey" | "prefer" | "signal">;

/** Who answered, and why it was not the model. */
export type Origin = { source: Source; offlineReason?: Lack };

/** Seconds between two looks, where the server names none. */
const PACE = 3;
/** Looks in a row that may fail before somebody is told. */
const LOST_LOOKS = 5;

type Terms = { idempotencyKey: string; signal: AbortSignal; onWaiting: () => void };

/** Asks, and waits as long as it takes. Throws `Problem`, or the abort of `signal`. */
export async function ask<R extends QuestionRoute>(
  route: R,
  question: Question<R>,
  { onWaiting, ...terms }: Terms,
): Promise<Said<R>> {
  const input = { ...question, ...terms, prefer: "respond-async" };
  const response = await callRaw(route, ...([input] as unknown as Argument<Input<R>>));
  const answer = await readJson<Answer<R>>(response);
  if (response.status !== 202) return answer as Said<R>;
  onWaiting();
  return (await answered((answer as Asked).id, retryAfterOf(response), terms.signal)) as Said<R>;
}

/** Looks for the answer to a question that waits. A look that fails by chance is repeated: the question is still there. */
async function answered(id: string, first: number | undefined, signal: AbortSignal): Promise<unknown> {
  let pace = first ?? PACE;
  for (let lost = 0; ; ) {
    await rest(pace, signal);
    const look = await lookAt(id, signal).catch((error: unknown) => {
      lost += 1;
      if (!isPassing(error) || lost >= LOST_LOOKS) throw gone(error);
      return undefined;
    });
    if (!look) continue;
    const { asked, again } = look;
    if (asked.status === "answered") return asked.result;
    if (asked.status === "refused") throw Problem.of(asked.problem, statusOf(asked.problem));
    [pace, lost] = [again ?? PACE, 0];
  }
}

async function lookAt(id: string, signal: AbortSignal) {
  const response = await callRaw("GET /api/ai/requests/{id}", { path: { id }, signal });
  return { asked: await readJson<Asked>(response), again: retryAfterOf(response) };
}

/** Answers are kept for an hour: who comes back later has to ask again. */
function gone(error: unknown): unknown {
  if (!(error instanceof Problem) || error.status !== 404) return error;
  return new Problem({ status: 404, code: error.code, title: t`The answer is no longer kept: ask again` });
}

const statusOf = (problem: unknown) => Number((problem as { status?: unknown } | undefined)?.status) || 422;

/** Waits some seconds, and then until somebody looks at the page. Throws the abort of `signal`. */
function rest(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onVisible = () => !document.hidden && settle(resolve);
    const onAbort = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => {
      document.addEventListener("visibilitychange", onVisible);
      onVisible();
    }, seconds * 1_000);
    function settle(how: () => void) {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
      signal.removeEventListener("abort", onAbort);
      how();
    }
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
}

/** `waiting`: for its turn with the model, which may take minutes. */
export type Phase = "idle" | "asking" | "waiting" | "answered" | "failed";

/** One place of the page where the assistant is asked. Leaving the place ends the waiting. */
export function useAssistant<R extends QuestionRoute>(route: R) {
  const [waits, setWaits] = useState(false);
  const running = useRef<AbortController | null>(null);
  const intent = useIntent(
    ({ question, signal }: { question: Question<R>; signal: AbortSignal }, idempotencyKey) =>
      ask(route, question, { idempotencyKey, signal, onWaiting: () => !signal.aborted && setWaits(true) }),
  );
  useEffect(() => () => running.current?.abort(), []);

  function begin(question: Question<R>, onAnswered?: (answer: Said<R>) => void) {
    running.current?.abort();
    running.current = new AbortController();
    setWaits(false);
    const { signal } = running.current;
    intent.mutate({ question, signal }, onAnswered ? { onSuccess: (answer) => onAnswered(answer) } : {});
  }

  function cancel() {
    running.current?.abort();
    intent.reset();
  }

  const phase: Phase = intent.isPending
    ? waits
      ? "waiting"
      : "asking"
    : intent.isSuccess
      ? "answered"
      : intent.isError
        ? "failed"
        : "idle";
  return {
    phase,
    isBusy: intent.isPending,
    /** What was asked last. */
    question: intent.variables?.question,
    answer: intent.data,
    error: intent.error,
    ask: begin,
    cancel,
  };
}

/** Why it was not the model, for who reads the answer. */
const reasons = (): Record<Lack, string> => ({
  quota: t`the model is over its quota`,
  budget: t`your tokens of today are used up`,
  unavailable: t`the model does not answer at the moment`,
  refused: t`the model would not answer this`,
  misconfigured: t`the model’s key or settings are not accepted, which an administrator can put right`,
  unusable: t`what the model said could not be used`,
  no_audience: t`the model saw no audience in it`,
});

/** Who answered, in words. */
export function originInWords({ source, offlineReason }: Origin): string {
  if (source === "gemini") return t`Answered by Gemini.`;
  const reason = offlineReason && reasons()[offlineReason];
  return reason ? t`Answered offline: ${reason}.` : t`Answered offline, without a model.`;
}

/** Of a prompt that was not understood: what it was about it, in words. */
export function misunderstanding(error: unknown): string | undefined {
  if (!(error instanceof Problem) || error.code !== "not_understood") return undefined;
  const parts = error.errors.map(({ reason }) => reason.replace(/^not understood: /, ""));
  const quoted = parts.map((part) => `“${part}”`).join(", ");
  return parts.length > 0 ? t`Not understood: ${quoted}.` : error.message;
}
