import { cn } from "@/lib/cn";

export type ProgressPart = { label: string; value: number; className: string };

/** Parts of a whole as one bar. The numbers themselves stand beside it in the page. */
export function Progress({ label, parts, total }: { label: string; parts: ProgressPart[]; total: number }) {
  const done = parts.reduce((sum, part) => sum + part.value, 0);
  const share = (value: number) => (total > 0 ? Math.min(100, (value / total) * 100) : 0);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share(done))}
      className="flex h-2.5 gap-px overflow-hidden rounded-full bg-sunken"
    >
      {parts.map((part) => (
        <span
          key={part.label}
          className={cn("h-full transition-[width] duration-500", part.className)}
          style={{ width: `${share(part.value)}%` }}
        />
      ))}
    </div>
  );
}
