import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { AttributesInput } from "@/components/ui/attributes-input";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { TagsInput } from "@/components/ui/tags-input";
import { toast } from "@/components/ui/toasts";
import { type AttributeRow, attributeFaults, readAttributes } from "@/lib/attributes";
import type { MembersEdit, Segment } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { formatNumber } from "@/lib/format";
import { faultsByField, fieldPath, listFault, Problem } from "@/lib/problem";
import { useEditMembers } from "../api/segments";

type Values = { added: string[]; removed: string[]; attributes: AttributeRow[] };

const EMPTY: Values = { added: [], removed: [], attributes: [] };

type EditMembersDialogProps = { segment: Segment; open: boolean; onClose: () => void };

/** Changes tags and attributes of all members at once. What was typed stays until it is sent. */
export function EditMembersDialog({ segment, open, onClose }: EditMembersDialogProps) {
  const draft = useDraft(`edit-members/${segment.id}/1`, () => EMPTY);
  const values = draft.value;
  const [tried, setTried] = useState(false);
  const form = useId();
  const edit = useEditMembers(segment.id);
  const own = faultsOf(values);
  const faults = { ...faultsByField(edit.error), ...(tried && own) };
  const set = (part: Partial<Values>) => draft.change({ ...values, ...part });
  const { name, count } = segment;
  const members = formatNumber(count ?? 0);
  const says =
    count === undefined
      ? {
          title: t`Edit all members`,
          submit: t`Change all members`,
          done: t`all members will be changed in a moment`,
        }
      : {
          title: plural(count, { one: `Edit ${members} member`, other: `Edit ${members} members` }),
          submit: plural(count, { one: `Change ${members} member`, other: `Change ${members} members` }),
          done: plural(count, {
            one: `${members} member will be changed in a moment`,
            other: `${members} members will be changed in a moment`,
          }),
        };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(own).length > 0 || edit.isPending) return;
    edit.mutate(editOf(values), {
      onSuccess: () => {
        toast(says.done);
        draft.change(EMPTY);
        draft.forget();
        close();
      },
    });
  }

  function close() {
    setTried(false);
    edit.reset();
    onClose();
  }

  return (
    <Dialog
      busy={edit.isPending}
      open={open}
      wide
      onClose={close}
      title={says.title}
      footer={
        <>
          <Button disabled={edit.isPending} onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form={form} look="primary" busy={edit.isPending}>
            {says.submit}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-5">
        <p className="text-muted">
          <Trans>Everybody who belongs to {name} by now is changed. What you leave out stays as it is.</Trans>
        </p>
        <TagsInput
          label={t`Add tags`}
          value={values.added}
          error={listFault("tagsAdded", faults, values.added)}
          onChange={(added) => set({ added })}
        />
        <TagsInput
          label={t`Take tags away`}
          value={values.removed}
          error={listFault("tagsRemoved", faults, values.removed)}
          onChange={(removed) => set({ removed })}
        />
        <AttributesInput
          legend={t`Set attributes`}
          hint={t`Whoever has one of that name already gets the new value.`}
          rows={values.attributes}
          faults={faults}
          clearable
          onChange={(attributes) => set({ attributes })}
        />
        {tried && own[""] && (
          <p role="alert" className="text-sm text-danger">
            {own[""]}
          </p>
        )}
        <FormProblem error={edit.error} shown={shownBeside(edit.error, values)} />
      </form>
    </Dialog>
  );
}

function faultsOf({ added, removed, attributes }: Values): Record<string, string> {
  const both = added.filter((tag) => removed.includes(tag));
  const tags = both.join(", ");
  return {
    ...attributeFaults(attributes),
    ...(both.length > 0 && { tagsRemoved: t`You also add ${tags}.` }),
    ...(added.length + removed.length + attributes.length === 0 && { "": t`Say first what is to change.` }),
  };
}

function editOf({ added, removed, attributes }: Values): MembersEdit {
  return {
    ...(added.length > 0 && { tagsAdded: added }),
    ...(removed.length > 0 && { tagsRemoved: removed }),
    ...(attributes.length > 0 && { attributes: readAttributes(attributes) }),
  };
}

function shownBeside(error: unknown, { attributes }: Values): string[] {
  if (!(error instanceof Problem)) return [];
  const keys = attributes.map(({ key }) => `attributes.${key.trim()}`);
  const isShown = (path: string) =>
    /^tags(Added|Removed)(\.\d+)?$/.test(path) || path === "attributes" || keys.includes(path);
  return error.errors.map(({ field }) => field).filter((field) => isShown(fieldPath(field)));
}
