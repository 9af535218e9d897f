import { Field } from "@/components/ui/field";
import type { Role } from "@/lib/contract";
import { mayGrant } from "@/lib/permissions";

/** The roles, from the one that may do most. */
const ROLES: readonly { value: Role; label: string; hint: string }[] = [
  { value: "owner", label: "Owner", hint: "Everything, other owners included" },
  { value: "admin", label: "Admin", hint: "Everything but owners: also users, keys and queues" },
  { value: "marketer", label: "Marketer", hint: "Customers, orders, segments, campaigns, imports" },
  { value: "analyst", label: "Analyst", hint: "Reads, and changes nothing" },
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
    <Field label="Role" error={error} hint={ROLES.find((role) => role.value === value)?.hint}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value as Role)}
          className="control min-w-36"
        >
          {ROLES.filter((role) => mayGrant(own, role.value)).map((role) => (
            <option key={role.value} value={role.value}>
              {role.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
