import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { TagsInput } from "@/components/ui/tags-input";
import { toast } from "@/components/ui/toasts";
import type { TagChange } from "@/lib/contract";
import { faultsByField, listFault } from "@/lib/problem";
import { type Tags, useTagAudience, useTagCustomers, useUntag } from "../api/bulk";
import type { Audience } from "./filter";

/** Customers who are named, or everybody in an audience, with their number where that is known. */
export type Whom = { ids: readonly string[] } | { audience: Audience; count: number | undefined };

type TagDialogProps = { open: boolean; whom: Whom; onClose: () => void; onDone: () => void };

const NONE: Tags = { added: [], removed: [] };

/** Gives tags to many customers, and takes tags away from them. Of those who are named it can be undone to the letter. */
export function TagDialog({ open, whom, onClose, onDone }: TagDialogProps) {
  const [tags, setTags] = useState(NONE);
  const [tried, setTried] = useState(false);
  const form = useId();
  const named = useTagCustomers();
  const all = useTagAudience();
  const untag = useUntag();
  const isPending = named.isPending || all.isPending;
  const error = named.error ?? all.error;
  const own = faultsOf(tags);
  const faults = { ...faultsByField(error), ...(tried && own) };
  const count = "ids" in whom ? whom.ids.length : whom.count;

  function close() {
    setTried(false);
    named.reset();
    all.reset();
    onClose();
  }

  function done() {
    setTags(NONE);
    close();
    onDone();
  }

  function undo(changes: readonly TagChange[]) {
    untag.mutate(changes, {
      onSuccess: () => toast(t`The tags will be as they were in a moment`),
      onError: () => toast(t`The tags could not be taken back; change them by hand.`),
    });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(own).length > 0 || isPending) return;
    if ("ids" in whom) {
      named.mutate(
        { ids: whom.ids, tags },
        {
          onSuccess: (changes) => {
            done();
            const changed = changes.reduce((sum, { ids }) => sum + ids.length, 0);
            if (changed === 0) toast(t`They all have it so already`);
            else {
              const text = plural(changed, {
                one: "# customer will be changed in a moment",
                other: "# customers will be changed in a moment",
              });
              toast(text, { undo: () => undo(changes) });
            }
          },
        },
      );
    } else {
      all.mutate(
        { audience: whom.audience, tags },
        {
          onSuccess: () => {
            done();
            toast(t`All who match will be changed in a moment`);
          },
        },
      );
    }
  }

  return (
    <Dialog
      busy={isPending}
      open={open}
      onClose={close}
      title={
        count === undefined
          ? t`Tags of all who match`
          : plural(count, { one: "Tags of # customer", other: "Tags of # customers" })
      }
      footer={
        <>
          <Button disabled={isPending} onClick={close}>{t`Cancel`}</Button>
          <Button type="submit" form={form} look="primary" busy={isPending}>
            {t`Change tags`}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-5">
        {"audience" in whom && (
          <p className="text-muted">
            <Trans>
              Everybody who matches by now is changed, one after the other; there is no undo for that.
            </Trans>
          </p>
        )}
        <TagsInput
          label={t`Add tags`}
          value={tags.added}
          error={listFault("tagsAdded", faults, tags.added)}
          onChange={(added) => setTags({ ...tags, added })}
        />
        <TagsInput
          label={t`Take tags away`}
          value={tags.removed}
          error={listFault("tagsRemoved", faults, tags.removed)}
          onChange={(removed) => setTags({ ...tags, removed })}
        />
        {tried && own[""] && (
          <p role="alert" className="text-sm text-danger">
            {own[""]}
          </p>
        )}
        <FormProblem error={error} shown={["tagsAdded", "tagsRemoved"]} />
      </form>
    </Dialog>
  );
}

function faultsOf({ added, removed }: Tags): Record<string, string> {
  const both = added.filter((tag) => removed.includes(tag)).join(", ");
  return {
    ...(both && { tagsRemoved: t`You also add ${both}.` }),
    ...(added.length + removed.length === 0 && { "": t`Say first what is to change.` }),
  };
}
