import { type FormEvent, useState } from "react";
import { ExplainedRules } from "@/components/rules/explained-rules";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Segment } from "@/lib/contract";
import { faultsByField, Problem } from "@/lib/problem";
import { useExplanation } from "../api/segments";

/** Why somebody belongs, or does not: each condition with what it makes of them. */
export function ExplainCard({ segment }: { segment: Segment }) {
  const [typed, setTyped] = useState("");
  const [email, setEmail] = useState("");
  const [missing, setMissing] = useState(false);
  const explanation = useExplanation(segment.id, email);
  const { data, error } = explanation;
  const refused = faultsByField(error).email;
  const unknown = error instanceof Problem && error.status === 404;

  function submit(event: FormEvent) {
    event.preventDefault();
    const next = typed.trim();
    setMissing(next === "");
    if (next !== "" && next === email) void explanation.refetch();
    setEmail(next);
  }

  return (
    <Card title="Does somebody belong?">
      <form onSubmit={submit} noValidate className="flex flex-wrap items-start gap-2">
        <Field
          label="E-mail address of a customer"
          error={missing ? "Write an address first." : refused}
          className="min-w-48 flex-1"
        >
          {(control) => (
            <input
              {...control}
              type="email"
              autoComplete="off"
              value={typed}
              maxLength={254}
              onChange={(event) => setTyped(event.target.value)}
              className="control"
            />
          )}
        </Field>
        {/* On the line of the control, whatever stands under it. */}
        <Button type="submit" className="mt-7" busy={explanation.isFetching}>
          Explain
        </Button>
      </form>
      <div role="status" className="mt-4">
        {email === "" ? (
          <p className="text-sm text-muted">
            See why a customer belongs here or does not, condition by condition, and when that changes by
            itself.
          </p>
        ) : unknown ? (
          <p className="text-sm">No customer has the address {email}.</p>
        ) : data ? (
          <p>
            <span className="font-medium wrap-anywhere">{email}</span>{" "}
            {data.holds ? "belongs" : "does not belong"}.
          </p>
        ) : explanation.isPending ? (
          <>
            <span className="sr-only">Loading</span>
            <Skeleton className="h-5 w-3/5" />
          </>
        ) : null}
      </div>
      {data && (
        <div className="mt-3">
          <ExplainedRules explained={data} />
        </div>
      )}
      {error && !refused && !unknown && (
        <Failure error={error} onRetry={() => void explanation.refetch()} className="px-0 py-4" />
      )}
    </Card>
  );
}
