import { type FormEvent, useId, useState } from "react";
import { AttributesInput } from "@/components/ui/attributes-input";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { TagsInput } from "@/components/ui/tags-input";
import { toast } from "@/components/ui/toasts";
import { type AttributeRow, attributeFaults, readAttributes } from "@/lib/attributes";
import type { MembersEdit, Segment } from "@/lib/contract";
import { plural } from "@/lib/format";
import { faultsByField, fieldPath, listFault, Problem } from "@/lib/problem";
import { useEditMembers } from "../api/segments";

type Values = { added: string[]; removed: string[]; attributes: AttributeRow[] };

const EMPTY: Values = { added: [], removed: [], attributes: [] };

type EditMembersDialogProps = { segment: Segment; open: boolean; onClose: () => void };

/** Changes tags and attributes of all members at once. What was typed stays until it is sent. */
export function EditMembersDialog({ segment, open, onClose }: EditMembersDialogProps) {
  const [values, setValues] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const form = useId();
  const edit = useEditMembers(segment.id);
  const own = faultsOf(values);
  const faults = { ...faultsByField(edit.error), ...(tried && own) };
  const set = (part: Partial<Values>) => setValues({ ...values, ...part });
  const whom = segment.count === undefined ? "all members" : plural(segment.count, "member");

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(own).length > 0 || edit.isPending) return;
    edit.mutate(editOf(values), {
      onSuccess: () => {
        toast(`${whom} will be changed in a moment`);
        setValues(EMPTY);
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
      open={open}
      wide
      onClose={close}
      title={`Edit ${whom}`}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={form} look="primary" busy={edit.isPending}>
            Change {whom}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-5">
        <p className="text-muted">
          Everybody who belongs to {segment.name} by now is changed. What you leave out stays as it is.
        </p>
        <TagsInput
          label="Add tags"
          value={values.added}
          error={listFault("tagsAdded", faults, values.added)}
          onChange={(added) => set({ added })}
        />
        <TagsInput
          label="Take tags away"
          value={values.removed}
          error={listFault("tagsRemoved", faults, values.removed)}
          onChange={(removed) => set({ removed })}
        />
        <AttributesInput
          legend="Set attributes"
          hint="Whoever has one of that name already gets the new value."
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
  return {
    ...attributeFaults(attributes),
    ...(both.length > 0 && { tagsRemoved: `You also add ${both.join(", ")}.` }),
    ...(added.length + removed.length + attributes.length === 0 && { "": "Say first what is to change." }),
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
