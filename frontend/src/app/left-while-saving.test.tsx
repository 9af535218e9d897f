/** A save that ends after one has left its form: the form was saved, and its draft does not say otherwise. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Component as EditWebhook } from "@/features/admin/routes/edit-webhook-page";
import { Component as EditCustomer } from "@/features/customers/routes/edit-customer-page";
import { Component as EditSegment } from "@/features/segments/routes/edit-segment-page";
import { Component as Settings } from "@/features/settings/routes/settings-page";
import { session } from "@/lib/session";
import { aCustomer, aSegment } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

type Form = {
  page: () => ReactNode;
  path: string;
  record: object;
  field: string;
  save: string;
};

const forms: Record<string, Form> = {
  "customers/c1": {
    page: EditCustomer,
    path: "/customers/:id/edit",
    record: aCustomer({}),
    field: "City (optional)",
    save: "Save changes",
  },
  "segments/s1": {
    page: EditSegment,
    path: "/segments/:id/edit",
    record: aSegment({ id: "s1", kind: "list" }),
    field: "Name",
    save: "Save changes",
  },
  "webhooks/w1": {
    page: EditWebhook,
    path: "/webhooks/:id/edit",
    record: { id: "w1", url: "https://shop.example.com/crm", description: "Web shop", state: "enabled" },
    field: "Description (optional)",
    save: "Save changes",
  },
  settings: {
    page: Settings,
    path: "/settings",
    record: {},
    field: "Messages a minute (optional)",
    save: "Save settings",
  },
};

it.each(Object.entries(forms))(
  "leaves no draft of %s",
  async (thing, { page, path, record, field, save }) => {
    const saved = Promise.withResolvers<Response>();
    const tagged = () => json(record, { headers: { etag: '"1"' } });
    const answers = { [`GET /api/${thing}`]: tagged, [`PATCH /api/${thing}`]: () => saved.promise };
    const calls = serve({ "GET /api/segments": () => all(), ...answers } as Answers);
    const router = openPage(page, path, path.replace(":id", thing.split("/")[1] ?? ""));
    await userEvent.type(await screen.findByLabelText(field), "7");
    await userEvent.click(screen.getByRole("button", { name: save }));
    await waitFor(() => expect(calls(`PATCH /api/${thing}`)).toHaveLength(1));
    await router.navigate("/elsewhere");
    await screen.findByText("Elsewhere");
    expect(sessionStorage.length).toBe(1);
    saved.resolve(tagged());
    await waitFor(() => expect(sessionStorage.length).toBe(0));
  },
);
