import { createBrowserRouter } from "react-router";
import { PageError } from "./page-error";
import { RequireSession } from "./require-session";
import { SessionGate } from "./session-gate";
import { Shell } from "./shell";

export const router = createBrowserRouter([
  {
    Component: SessionGate,
    HydrateFallback: () => null,
    ErrorBoundary: PageError,
    children: [
      { path: "sign-in", lazy: () => import("@/features/sign-in/routes/sign-in-page") },
      {
        Component: RequireSession,
        children: [
          {
            Component: Shell,
            children: [
              {
                ErrorBoundary: PageError,
                children: [
                  { index: true, lazy: () => import("@/features/dashboard/routes/dashboard-page") },
                  { path: "customers", lazy: () => import("@/features/customers/routes/customers-page") },
                  { path: "customers/:id", lazy: () => import("@/features/customers/routes/customer-page") },
                  { path: "orders", lazy: () => import("@/features/orders/routes/orders-page") },
                  { path: "orders/:id", lazy: () => import("@/features/orders/routes/order-page") },
                  { path: "imports", lazy: () => import("@/features/imports/routes/imports-page") },
                  { path: "imports/:id", lazy: () => import("@/features/imports/routes/import-page") },
                  { path: "segments", lazy: () => import("@/features/segments/routes/segments-page") },
                  { path: "segments/new", lazy: () => import("@/features/segments/routes/new-segment-page") },
                  { path: "segments/:id", lazy: () => import("@/features/segments/routes/segment-page") },
                  { path: "campaigns", lazy: () => import("@/features/campaigns/routes/campaigns-page") },
                  {
                    path: "campaigns/suggest",
                    lazy: () => import("@/features/campaigns/routes/suggest-campaign-page"),
                  },
                  { path: "campaigns/:id", lazy: () => import("@/features/campaigns/routes/campaign-page") },
                  {
                    path: "suppressions",
                    lazy: () => import("@/features/suppressions/routes/suppressions-page"),
                  },
                  { path: "settings", lazy: () => import("@/features/settings/routes/settings-page") },
                  {
                    lazy: () => import("./require-administer"),
                    children: [
                      { path: "users", lazy: () => import("@/features/admin/routes/users-page") },
                      { path: "keys", lazy: () => import("@/features/admin/routes/keys-page") },
                      { path: "queues", lazy: () => import("@/features/admin/routes/queues-page") },
                      { path: "ai", lazy: () => import("@/features/admin/routes/assistant-page") },
                      { path: "audit", lazy: () => import("@/features/admin/routes/audit-page") },
                    ],
                  },
                  {
                    lazy: () => import("./require-write"),
                    children: [
                      {
                        path: "customers/new",
                        lazy: () => import("@/features/customers/routes/new-customer-page"),
                      },
                      {
                        path: "customers/:id/edit",
                        lazy: () => import("@/features/customers/routes/edit-customer-page"),
                      },
                      { path: "orders/new", lazy: () => import("@/features/orders/routes/new-order-page") },
                      {
                        path: "segments/:id/edit",
                        lazy: () => import("@/features/segments/routes/edit-segment-page"),
                      },
                      {
                        path: "campaigns/new",
                        lazy: () => import("@/features/campaigns/routes/new-campaign-page"),
                      },
                      {
                        path: "campaigns/:id/edit",
                        lazy: () => import("@/features/campaigns/routes/edit-campaign-page"),
                      },
                    ],
                  },
                  { path: "*", lazy: () => import("./not-found-page") },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]);
