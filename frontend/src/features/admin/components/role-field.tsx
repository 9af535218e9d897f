import { t } from "@lingui/core/macro";
import { Field } from "@/components/ui/field";
import type { Role } from "@/lib/contract";
import { mayGrant } from "@/lib/permissions";

/** The roles, from the one that may do most. */
const roles = (): { value: Role; label: string; hint: string }[] => [
  { value: "owner", label: t`Owner`, hint: t`Everything, other owners included` },
  { value: "admin", label: t`Admin`, hint: t`Everything but owners: also users, keys and queues` },
  { value: "marketer", label: t`Marketer`, hint: t`Customers, orders, segments, campaigns, imports` },
  { value: "analyst", label: t`Analyst`, hint: t`Reads, and changes nothing` },
];

type RoleFieldProps = {
  /** The role of who chooses: nobody gives more than they may. */
  own: Role;
  value: Role;
  error?: string | undefined;
  onChange: (role: Role) => void;
};

export function RoleField({ own, value, error, onChange }: RoleFieldProps) {
  return (
    <Field label={t`Role`} error={error} hint={roles().find((role) => role.value === value)?.hint}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value as Role)}
          className="control min-w-36"
        >
          {roles()
            .filter((role) => mayGrant(own, role.value))
            .map((role) => (
              <option key={role.value} value={role.value}>
                {role.label}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}
