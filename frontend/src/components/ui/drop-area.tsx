import { type DragEvent, type ReactNode, useState } from "react";
import { cn } from "@/lib/cn";

type DropAreaProps = {
  /** As in `<input type="file" accept>`: only a first sieve, since what is dropped does not pass it. */
  accept: string;
  icon: ReactNode;
  multiple?: boolean;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
  className?: string;
  onChoose: (files: File[]) => void;
  children: ReactNode;
};

/** Takes files that are chosen, by mouse or keyboard, or dropped. */
export function DropArea(props: DropAreaProps) {
  const {
    accept,
    icon,
    multiple,
    disabled = false,
    invalid,
    describedBy,
    className,
    onChoose,
    children,
  } = props;
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside && !disabled);
  };
  const choose = (files: FileList | null) => {
    if (files && files.length > 0 && !disabled) onChoose([...files]);
  };
  return (
    <label
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        choose(event.dataTransfer.files);
      }}
      className={cn(
        "grid justify-items-center gap-1 rounded-xl border-2 border-dashed px-6 py-8 text-center transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        over
          ? "border-accent bg-accent-soft"
          : invalid
            ? "border-danger"
            : "border-line hover:border-control",
        className,
      )}
    >
      <span className="text-muted [&_svg]:size-6 [&_svg]:stroke-[1.5]">{icon}</span>
      {children}
      <input
        type="file"
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => {
          choose(event.target.files);
          // So that the same file can be chosen again, after a failure say.
          event.target.value = "";
        }}
        className="sr-only"
      />
    </label>
  );
}
