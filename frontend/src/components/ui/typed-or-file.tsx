import { t } from "@lingui/core/macro";
import { type ReactNode, useState } from "react";
import { Field, Segmented } from "@/components/ui/field";
import { useDraft } from "@/lib/draft";
import { formatNumber } from "@/lib/format";

/** What was typed, one by one, or what the chosen file says. */
export type Given = { typed: string[] } | { csv: string };

type Source = "typed" | "file";

const sources = (): { value: Source; label: string }[] => [
  { value: "typed", label: t`Typed in` },
  { value: "file", label: t`From a file` },
];
/** The server's own limit of a file in a request. */
const MOST_BYTES = 1_048_576;

type Limits = { separator: RegExp; most: number };

/** Addresses that are typed or come in a CSV file: what is given so far, and what is missing. What is typed is kept as a draft. */
export function useTypedOrFile(draftName: string, { separator, most }: Limits) {
  const [source, setSource] = useState<Source>("typed");
  const draft = useDraft(draftName, () => "");
  const text = draft.value;
  const [file, setFile] = useState<File | null>(null);
  const [chooser, setChooser] = useState(0);
  const [fault, setFault] = useState<string>();

  function setText(next: string) {
    draft.change(next);
    if (next === "") draft.forget();
  }

  /** What is given, or in words what is missing for it. */
  async function written(): Promise<Given | string> {
    if (source === "typed") {
      const typed = text.split(separator).flatMap((one) => one.trim() || []);
      if (typed.length === 0) return t`Write at least one address.`;
      const limit = formatNumber(most);
      return typed.length > most ? t`At most ${limit} at once.` : { typed };
    }
    if (!file) return t`Choose a file first.`;
    if (file.size > MOST_BYTES) return t`The file may have at most 1 MB: split it.`;
    const csv = await file.text().catch(() => undefined);
    return csv === undefined ? t`The file could not be read: choose it again.` : { csv };
  }

  return {
    source,
    setSource,
    text,
    setText,
    setFile,
    chooser,
    fault,
    setFault,
    /** What is given; what is missing for it is shown at the field. */
    async read(): Promise<Given | undefined> {
      const given = await written();
      setFault(typeof given === "string" ? given : undefined);
      return typeof given === "string" ? undefined : given;
    },
    /** Takes out what was sent; `left` is to be put right. */
    clear(left: string[] = []) {
      if (source === "typed") return setText(left.join("\n"));
      setFile(null);
      setChooser((n) => n + 1);
    },
  };
}

/** The two ways to give addresses, after `children` in one row; `onChange` says that something else is given now. */
export function TypedOrFile(props: {
  given: ReturnType<typeof useTypedOrFile>;
  /** What the choice between the two is about: "Where the addresses are". */
  where: string;
  label: string;
  hint: string;
  placeholder: string;
  fileHint: string;
  busy: boolean;
  onChange: () => void;
  children: ReactNode;
}) {
  const { given, busy, hint } = props;
  const startOver = () => {
    given.setFault(undefined);
    props.onChange();
  };
  return (
    <>
      <div className="flex flex-wrap gap-3">
        {props.children}
        <Segmented
          label={props.where}
          value={given.source}
          choices={sources()}
          onChange={(next) => {
            given.setSource(next);
            startOver();
          }}
        />
      </div>
      {given.source === "typed" ? (
        <Field
          label={props.label}
          error={given.fault}
          hint={t`One per line, or separated by commas. ${hint}`}
        >
          {(control) => (
            <textarea
              {...control}
              rows={4}
              value={given.text}
              readOnly={busy}
              placeholder={props.placeholder}
              onChange={(event) => given.setText(event.target.value)}
              className="control"
            />
          )}
        </Field>
      ) : (
        <Field label={t`CSV file`} error={given.fault} hint={props.fileHint}>
          {(control) => (
            <input
              key={given.chooser}
              {...control}
              type="file"
              accept=".csv,text/csv"
              disabled={busy}
              onChange={(event) => {
                given.setFile(event.target.files?.[0] ?? null);
                startOver();
              }}
              className="control"
            />
          )}
        </Field>
      )}
    </>
  );
}
