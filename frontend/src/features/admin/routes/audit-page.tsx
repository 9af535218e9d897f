import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ScrollText, Search } from "lucide-react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Looking } from "@/components/ui/looking";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import type { AuditEntry } from "@/lib/contract";
import { faultsByField } from "@/lib/problem";
import { type AuditFilter, isOfKind, useAudit } from "../api/audit";
import { useUsers } from "../api/users";
import { AuditEntryItem } from "../components/audit-entry";
import { AuditFilters } from "../components/audit-filters";
import { namesIn } from "../components/audit-sentence";

const FIELDS = ["actor", "object", "kind", "since", "until"] as const;
const EVERYTHING: AuditFilter = { actor: "", object: "", kind: "", since: "", until: "" };

/** Who changed what. The address keeps what is asked for. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const filter: AuditFilter = {
    actor: params.get("actor") ?? "",
    object: params.get("object") ?? "",
    kind: params.get("kind") ?? "",
    since: params.get("since") ?? "",
    until: params.get("until") ?? "",
  };
  const list = useAudit(filter);
  const users = useUsers();
  const names = namesIn(list.items);
  // The log itself hides most of an address.
  for (const { id, email } of users.items) names.set(`users/${id}`, email);
  const faults = faultsByField(list.error);
  const fits = (entry: AuditEntry) => isOfKind(entry, filter.kind);
  const isFiltered = FIELDS.some((field) => filter[field] !== "");

  function narrow(next: AuditFilter) {
    const given = FIELDS.filter((field) => next[field] !== "").map((field) => [field, next[field]]);
    setParams(new URLSearchParams(given as [string, string][]));
  }

  return (
    <Page
      title={t`Audit log`}
      description={t`Every change that somebody made, and from what to what. Days are UTC.`}
    >
      <Card flush>
        <AuditFilters filter={filter} faults={faults} onChange={narrow} />
        {FIELDS.some((field) => faults[field]) ? (
          <p className="px-5 py-8 text-muted">
            <Trans>Put the search right to look it up.</Trans>
          </p>
        ) : (
          <Looking list={list} fits={isFiltered ? fits : undefined}>
            <ListView
              list={{ ...list, items: list.items.filter(fits) }}
              onDemand={isFiltered}
              noun={(count) => plural(count, { one: "# change", other: "# changes" })}
              empty={
                isFiltered ? (
                  <Empty
                    icon={<Search />}
                    title={t`No change is like that`}
                    action={
                      <Button onClick={() => narrow(EVERYTHING)}>
                        <Trans>Show all</Trans>
                      </Button>
                    }
                  />
                ) : (
                  <Empty icon={<ScrollText />} title={t`Nothing has been changed yet`}>
                    <Trans>
                      Whoever changes a segment, a campaign, a customer or a user leaves an entry here, which
                      nobody can take away.
                    </Trans>
                  </Empty>
                )
              }
            >
              {(items) => (
                <ul aria-label={t`Changes, newest first`} className="divide-y divide-line">
                  {items.map((entry) => (
                    <AuditEntryItem
                      key={entry.id}
                      entry={entry}
                      name={names.get(entry.object)}
                      onActor={() => narrow({ ...filter, actor: entry.actor.id })}
                      onObject={() => narrow({ ...filter, object: entry.object })}
                    />
                  ))}
                </ul>
              )}
            </ListView>
          </Looking>
        )}
      </Card>
    </Page>
  );
}
