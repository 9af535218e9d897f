import { useQueryClient } from "@tanstack/react-query";
import { FileText, Upload } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DropArea } from "@/components/ui/drop-area";
import { Choices } from "@/components/ui/field";
import { Progress } from "@/components/ui/progress";
import { FormProblem } from "@/components/ui/states";
import type { ImportKind } from "@/lib/contract";
import { formatBytes, formatShare } from "@/lib/format";
import { useIntent } from "@/lib/intent";
import { isCancelled, uploadFile } from "@/lib/upload-file";
import { createImport } from "../api/imports";
import { headerOf } from "./csv-header";

const KINDS: { value: ImportKind; label: string; hint: string }[] = [
  { value: "customers", label: "Customers", hint: "Needs the column email" },
  { value: "orders", label: "Orders", hint: "Needs email, and total or items" },
  { value: "activities", label: "Activities", hint: "Needs email, type and at" },
];

type Chosen = { file: File; columns: string[] };

/** What makes two attempts the same import. */
type Announcement = { kind: ImportKind; name: string; size: number; lastModified: number };

/** Chooses a file and what is in it, uploads it, and goes on to the import's own page. */
export function NewImport() {
  const [kind, setKind] = useState<ImportKind>("customers");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [missing, setMissing] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const announce = useIntent((file: Announcement, key) => createImport({ kind: file.kind }, key));
  const abort = useRef<AbortController | null>(null);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const uploading = sent !== null;

  async function choose(file: File | undefined) {
    if (!file) return;
    setError(null);
    setMissing(false);
    setChosen({ file, columns: headerOf(await file.slice(0, 65_536).text()) });
  }

  async function start(event: FormEvent) {
    event.preventDefault();
    setMissing(!chosen);
    if (!chosen) return;
    setError(null);
    setSent(0);
    abort.current = new AbortController();
    try {
      const { name, size, lastModified } = chosen.file;
      const ticket = await announce.mutateAsync({ kind, name, size, lastModified });
      await uploadFile(ticket.upload, chosen.file, setSent, abort.current.signal);
      void queryClient.invalidateQueries({ queryKey: ["imports"] });
      navigate(`/imports/${encodeURIComponent(ticket.id)}`);
    } catch (failure) {
      setSent(null);
      if (!isCancelled(failure)) setError(failure);
    }
  }

  return (
    <Card title="New import">
      <form onSubmit={(event) => void start(event)} className="grid gap-5">
        <Choices legend="What is in the file?" name="kind" value={kind} choices={KINDS} onChange={setKind} />
        <div className="grid gap-1.5">
          <DropArea
            accept=".csv,text/csv"
            icon={<FileText aria-hidden />}
            disabled={uploading}
            describedBy={missing ? "file-error" : undefined}
            invalid={missing}
            onChoose={([file]) => void choose(file)}
          >
            {chosen ? (
              <>
                <span className="font-medium wrap-anywhere">{chosen.file.name}</span>
                <span className="text-sm text-muted">
                  {formatBytes(chosen.file.size)}
                  {chosen.columns.length > 0 && ` · Columns: ${chosen.columns.join(", ")}`}
                </span>
              </>
            ) : (
              <>
                <span className="font-medium">Choose a CSV file</span>
                <span className="text-sm text-muted">
                  or drop it here. The first line holds the column names.
                </span>
              </>
            )}
          </DropArea>
          {missing && (
            <p id="file-error" className="text-sm text-danger">
              Choose a file first.
            </p>
          )}
        </div>
        <FormProblem error={error} />
        {uploading && chosen ? (
          <div className="grid gap-2">
            <Progress
              label="Upload"
              total={chosen.file.size}
              parts={[{ label: "sent", value: sent, className: "bg-accent" }]}
            />
            <div className="flex items-center justify-between text-sm text-muted">
              <span>Uploading, {formatShare(sent, chosen.file.size)}</span>
              <Button look="quiet" onClick={() => abort.current?.abort()}>
                Cancel
              </Button>
            </div>
          </div>
        ) : (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-muted">
              Importing the same file twice changes nothing. Rows with faults are listed, the others are kept.
            </p>
            <Button type="submit" look="primary" icon={<Upload aria-hidden />}>
              Upload and import
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
