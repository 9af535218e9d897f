import { Field } from "@/components/ui/field";
import type { Role } from "@/lib/contract";
import { mayGrant, ROLES } from "@/lib/permissions";

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
