import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { toast } from "@/components/ui/toasts";
import { isAddress } from "@/lib/address";
import { useDraft } from "@/lib/draft";
import { faultsByField } from "@/lib/problem";
import { useCreateCustomer } from "../api/customers";
import { CustomerForm } from "../components/customer-form";
import { changeOf, valuesOf } from "../components/customer-values";

const EMPTY = valuesOf({});
const nobody = () => ({ email: "", values: EMPTY });

export function Component() {
  const draft = useDraft("new-customer/1", nobody);
  const [restored, setRestored] = useState(draft.restored);
  const { email, values } = draft.value;
  const [tried, setTried] = useState(false);
  const create = useCreateCustomer(draft);
  const navigate = useNavigate();
  const fault = addressFault(email);

  function submit() {
    setTried(true);
    if (fault) return;
    const { emailConsent, smsConsent, whatsappConsent } = values;
    const consents = { emailConsent, smsConsent, whatsappConsent };
    create.mutate(
      { email: email.trim(), ...changeOf(EMPTY, values), ...consents },
      {
        onSuccess: () => {
          const name = values.name.trim() || email.trim();
          toast(t`${name} will be in the list in a moment`);
          navigate("/customers");
        },
      },
    );
  }

  return (
    <Page
      title={t`New customer`}
      back={{ to: "/customers", label: t`Customers` }}
      description={t`Whoever is known by the same address already gets what you write here, consents included.`}
    >
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(nobody());
              draft.forget();
              create.reset();
              setTried(false);
              setRestored(false);
            }}
          />
        )}
      </div>
      <CustomerForm
        lead={
          <Card>
            <Field label={t`E-mail`} error={(tried && fault) || faultsByField(create.error).email}>
              {(control) => (
                <input
                  {...control}
                  type="email"
                  value={email}
                  maxLength={254}
                  autoComplete="off"
                  onChange={(event) => draft.change({ email: event.target.value, values })}
                  className="control max-w-md"
                />
              )}
            </Field>
          </Card>
        }
        leadFields={["email"]}
        values={values}
        onChange={(next) => draft.change({ email, values: next })}
        submitLabel={t`Create customer`}
        cancelTo="/customers"
        busy={create.isPending}
        error={create.error}
        onCancel={draft.forget}
        onSubmit={submit}
      />
    </Page>
  );
}

function addressFault(email: string): string | undefined {
  if (email.trim() === "") return t`Write the address first.`;
  return isAddress(email) ? undefined : t`Write a whole address, such as asha@example.com.`;
}
