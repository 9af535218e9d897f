import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { FileText, Upload } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DropArea } from "@/components/ui/drop-area";
import { Choices } from "@/components/ui/field";
import { Progress } from "@/components/ui/progress";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { ImportKind, ImportRequest } from "@/lib/contract";
import { firstRows } from "@/lib/csv";
import { formatBytes, formatShare } from "@/lib/format";
import { useIntent } from "@/lib/intent";
import { asProblem, faultsByField } from "@/lib/problem";
import { isCancelled, uploadFile } from "@/lib/upload-file";
import { createImport } from "../api/imports";
import { type Choice, faultOf, mappingOf, matched } from "./columns";
import { ColumnsInput } from "./columns-input";

const kinds = (): { value: ImportKind; label: string; hint: string }[] => [
  { value: "customers", label: t`Customers`, hint: t`Needs the column email` },
  { value: "orders", label: t`Orders`, hint: t`Needs email, and total or items` },
  { value: "activities", label: t`Activities`, hint: t`Needs email, type and at` },
];

export function kindName(kind: ImportKind): string {
  return kinds().find(({ value }) => value === kind)?.label ?? kind;
}

/** So much of a file is looked at, for its columns and its first rows. */
const LOOKED_AT = 65_536;
/** The server refuses what is larger, once it is there. */
const MOST_BYTES = 1_000_000_000;
const SHOWN_ROWS = 3;

type Chosen = { file: File; columns: string[]; rows: string[][]; isArchive: boolean };

/** What makes two attempts the same import. */
type Announcement = {
  kind: ImportKind;
  mapping?: Record<string, string> | undefined;
  name: string;
  size: number;
  lastModified: number;
};

/** Chooses a file, what is in it and what its columns become, uploads it, and goes on to the import's own page. */
export function NewImport() {
  const [kind, setKind] = useState<ImportKind>("customers");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  /** As long as nobody has chosen, names decide. */
  const [choice, setChoice] = useState<Choice | null>(null);
  const [unread, setUnread] = useState(false);
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const announce = useIntent((file: Announcement, key) => createImport(requestOf(file), key));
  const abort = useRef<AbortController | null>(null);
  const isOpen = useIsOpen();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const uploading = sent !== null;
  const columns = chosen?.columns ?? [];
  const shown = choice ?? matched(kind, columns);
  const fileFault = unread
    ? t`The file could not be read: choose it again.`
    : tried && !chosen
      ? t`Choose a file first.`
      : undefined;
  const isUnreadable = chosen !== null && columns.length === 0;
  const fault = chosen ? faultIn(chosen, kind, shown) : undefined;

  async function choose(file: File | undefined) {
    if (!file) return;
    setError(null);
    setTried(false);
    setChoice(null);
    // A folder that is dropped here looks like a file until then.
    const text = await file
      .slice(0, LOOKED_AT)
      .text()
      .catch(() => undefined);
    setUnread(text === undefined);
    if (text === undefined) return setChosen(null);
    const [names = [], ...rows] = firstRows(text, SHOWN_ROWS + 1, file.size <= LOOKED_AT);
    const columns = names.some(isNoText) ? [] : names.map((name) => name.trim());
    setChosen({ file, columns, rows, isArchive: text.startsWith(ARCHIVE) });
  }

  function chooseKind(next: ImportKind) {
    setKind(next);
    setChoice(null);
    setError(null);
  }

  async function start(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!chosen || fault) return;
    setError(null);
    setSent(0);
    abort.current = new AbortController();
    try {
      const { name, size, lastModified } = chosen.file;
      const ticket = await announce.mutateAsync({
        kind,
        mapping: mappingOf(kind, columns, shown),
        name,
        size,
        lastModified,
      });
      await uploadFile(ticket.upload, chosen.file, setSent, abort.current.signal);
      void queryClient.invalidateQueries({ queryKey: ["imports"] });
      const show = () => navigate(`/imports/${encodeURIComponent(ticket.id)}`);
      // Who has gone on to something else is not taken away from it.
      if (isOpen.current) show();
      else toast(t`${name} is being imported`, { show });
    } catch (failure) {
      setSent(null);
      if (isCancelled(failure)) return;
      setError(failure);
      const [file, reason] = [chosen.file.name, asProblem(failure).message];
      if (!isOpen.current) toast(t`${file} was not imported: ${reason}`);
    }
  }

  return (
    <Card title={t`New import`}>
      <form onSubmit={(event) => void start(event)} className="grid gap-5">
        <Choices
          legend={t`What is in the file?`}
          name="kind"
          value={kind}
          choices={kinds()}
          onChange={chooseKind}
        />
        <div className="grid gap-1.5">
          <DropArea
            accept=".csv,text/csv"
            icon={<FileText aria-hidden />}
            disabled={uploading}
            describedBy={fileFault && "file-error"}
            invalid={fileFault !== undefined}
            onChoose={([file]) => void choose(file)}
          >
            {chosen ? (
              <>
                <span className="font-medium wrap-anywhere">{chosen.file.name}</span>
                <span className="text-sm text-muted">
                  {formatBytes(chosen.file.size)} ·{" "}
                  {plural(columns.length, { one: "# column", other: "# columns" })}
                </span>
              </>
            ) : (
              <>
                <span className="font-medium">
                  <Trans>Choose a CSV file</Trans>
                </span>
                <span className="text-sm text-muted">
                  <Trans>or drop it here. The first line holds the column names.</Trans>
                </span>
              </>
            )}
          </DropArea>
          {fileFault && (
            <p id="file-error" role="alert" className="text-sm text-danger">
              {fileFault}
            </p>
          )}
        </div>
        {chosen && columns.length > 0 && (
          <ColumnsInput
            kind={kind}
            columns={columns}
            rows={chosen.rows}
            choice={shown}
            disabled={uploading}
            faults={faultsByField(error)}
            onChange={(next) => {
              setChoice(next);
              setError(null);
            }}
          />
        )}
        {chosen && fault && (
          <p id="import-fault" role="alert" className={tried ? "text-sm text-danger" : "text-sm text-warn"}>
            {fault}
          </p>
        )}
        <FormProblem error={error} shown={mappedFields(error, shown)} />
        {uploading && chosen ? (
          <div className="grid gap-2">
            <Progress
              label={t`Upload`}
              total={chosen.file.size}
              parts={[{ label: t`sent`, value: sent, className: "bg-accent" }]}
            />
            <div className="flex items-center justify-between text-sm text-muted">
              <span>
                <Trans>Uploading, {formatShare(sent, chosen.file.size)}</Trans>
              </span>
              <Button look="quiet" onClick={() => abort.current?.abort()}>
                <Trans>Cancel</Trans>
              </Button>
            </div>
          </div>
        ) : (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-muted">
              <Trans>
                Importing the same file twice changes nothing. Rows with faults are listed, the others are
                kept.
              </Trans>
            </p>
            <Button
              type="submit"
              look="primary"
              icon={<Upload aria-hidden />}
              disabled={isUnreadable}
              aria-describedby={fault ? "import-fault" : undefined}
            >
              <Trans>Upload and import</Trans>
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}

/** Whether this is still on the screen: an upload goes on without it. */
function useIsOpen() {
  const isOpen = useRef(false);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  return isOpen;
}

/** How archives begin, and with them the files of spreadsheets. */
const ARCHIVE = "PK\u0003";

/** A spreadsheet, an archive, or text in another encoding. */
const isNoText = (name: string) => name.includes("\0") || name.includes("\uFFFD") || name.startsWith(ARCHIVE);

/** Why a file cannot be imported. */
function faultIn(chosen: Chosen, kind: ImportKind, choice: Choice): string | undefined {
  if (chosen.file.size > MOST_BYTES) {
    return t`The file is larger than 1 GB. Split it, and import the parts one after the other.`;
  }
  if (chosen.columns.length === 0 && isSpreadsheet(chosen)) {
    return t`This is a spreadsheet, which cannot be read as it is. Open it, save it as CSV in UTF-8, and choose that file.`;
  }
  return faultOf(kind, chosen.columns, choice);
}

const isSpreadsheet = ({ file, isArchive }: Chosen) =>
  /\.(xls|xlsx|xlsm|xlsb|ods|numbers)$/i.test(file.name) || (isArchive && !/\.zip$/i.test(file.name));

function requestOf({ kind, mapping }: Announcement): ImportRequest {
  return mapping ? { kind, mapping } : { kind };
}

/** The fields of a refusal that have a column on the screen. */
function mappedFields(error: unknown, choice: Choice): string[] {
  return Object.keys(faultsByField(error)).filter((path) =>
    choice.some((field) => field !== "" && path === `mapping.${field}`),
  );
}
