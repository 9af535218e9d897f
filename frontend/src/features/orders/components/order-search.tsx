import { t } from "@lingui/core/macro";
import { Search } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { isAddress } from "@/lib/address";

type OrderSearchProps = {
  email: string;
  /** What the server finds wrong with it. */
  refused: string | undefined;
  onSearch: (email: string) => void;
};

/** Orders are found by the whole address that they came with: the server knows no other way. */
export function OrderSearch({ email, refused, onSearch }: OrderSearchProps) {
  const [typed, setTyped] = useState(email);
  const [tried, setTried] = useState(false);
  const id = useId();
  const address = typed.trim();
  const part = address !== "" && !isAddress(address);
  const fault = tried && part ? t`Write a whole address, such as asha@example.com.` : refused;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!part) onSearch(address);
  }

  return (
    <search>
      <form onSubmit={submit} noValidate className="flex flex-wrap items-start gap-2">
        <div className="grid min-w-[min(14rem,100%)] max-w-md grow gap-1.5">
          <div className="relative">
            <Search
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted"
            />
            <input
              type="search"
              inputMode="email"
              aria-label={t`Find orders by the whole e-mail address`}
              placeholder={t`Whole e-mail address`}
              aria-invalid={fault ? true : undefined}
              aria-describedby={fault ? id : undefined}
              value={typed}
              maxLength={254}
              autoComplete="off"
              onChange={({ target: { value } }) => {
                setTyped(value);
                setTried(false);
                if (value === "" && email !== "") onSearch("");
              }}
              className="control pl-9"
            />
          </div>
          {fault && (
            <p id={id} role="alert" className="text-sm text-danger">
              {fault}
            </p>
          )}
        </div>
        <Button type="submit">{t`Find`}</Button>
      </form>
    </search>
  );
}
