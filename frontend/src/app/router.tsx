import { type RouteObject, useRoutes } from "react-router";
import { page } from "./page";
import { RequireSession } from "./require-session";
import { SessionGate } from "./session-gate";
import { Shell } from "./shell";

const ROUTES: RouteObject[] = [
  {
    Component: SessionGate,
    children: [
      { path: "sign-in", Component: page("sign-in", () => import("@/features/sign-in/routes/sign-in-page")) },
      {
        Component: RequireSession,
        children: [
          {
            Component: Shell,
            children: [
              {
                index: true,
                Component: page("dashboard", () => import("@/features/dashboard/routes/dashboard-page")),
              },
              {
                path: "customers",
                Component: page("customers", () => import("@/features/customers/routes/customers-page")),
              },
              {
                path: "customers/:id",
                Component: page("customers", () => import("@/features/customers/routes/customer-page")),
              },
              {
                path: "orders",
                Component: page("orders", () => import("@/features/orders/routes/orders-page")),
              },
              {
                path: "orders/:id",
                Component: page("orders", () => import("@/features/orders/routes/order-page")),
              },
              {
                path: "imports",
                Component: page("imports", () => import("@/features/imports/routes/imports-page")),
              },
              {
                path: "imports/:id",
                Component: page("imports", () => import("@/features/imports/routes/import-page")),
              },
              {
                path: "segments",
                Component: page("segments", () => import("@/features/segments/routes/segments-page")),
              },
              {
                path: "segments/new",
                Component: page("segments", () => import("@/features/segments/routes/new-segment-page")),
              },
              {
                path: "segments/:id",
                Component: page("segments", () => import("@/features/segments/routes/segment-page")),
              },
              {
                path: "campaigns",
                Component: page("campaigns", () => import("@/features/campaigns/routes/campaigns-page")),
              },
              {
                path: "campaigns/suggest",
                Component: page(
                  "campaigns",
                  () => import("@/features/campaigns/routes/suggest-campaign-page"),
                ),
              },
              {
                path: "campaigns/:id",
                Component: page("campaigns", () => import("@/features/campaigns/routes/campaign-page")),
              },
              {
                path: "suppressions",
                Component: page(
                  "suppressions",
                  () => import("@/features/suppressions/routes/suppressions-page"),
                ),
              },
              {
                path: "settings",
                Component: page("settings", () => import("@/features/settings/routes/settings-page")),
              },
              {
                Component: page("shell", () => import("./require-administer")),
                children: [
                  {
                    path: "users",
                    Component: page("admin", () => import("@/features/admin/routes/users-page")),
                  },
                  {
                    path: "keys",
                    Component: page("admin", () => import("@/features/admin/routes/keys-page")),
                  },
                  {
                    path: "webhooks",
                    Component: page("admin", () => import("@/features/admin/routes/webhooks-page")),
                  },
                  {
                    path: "webhooks/new",
                    Component: page("admin", () => import("@/features/admin/routes/new-webhook-page")),
                  },
                  {
                    path: "webhooks/:id",
                    Component: page("admin", () => import("@/features/admin/routes/webhook-page")),
                  },
                  {
                    path: "webhooks/:id/edit",
                    Component: page("admin", () => import("@/features/admin/routes/edit-webhook-page")),
                  },
                  {
                    path: "queues",
                    Component: page("admin", () => import("@/features/admin/routes/queues-page")),
                  },
                  {
                    path: "queues/:name",
                    Component: page("admin", () => import("@/features/admin/routes/dead-letters-page")),
                  },
                  {
                    path: "costs",
                    Component: page("admin", () => import("@/features/admin/routes/costs-page")),
                  },
                  {
                    path: "ai",
                    Component: page("admin", () => import("@/features/admin/routes/assistant-page")),
                  },
                  {
                    path: "audit",
                    Component: page("admin", () => import("@/features/admin/routes/audit-page")),
                  },
                ],
              },
              {
                Component: page("shell", () => import("./require-write")),
                children: [
                  {
                    path: "customers/new",
                    Component: page(
                      "customers",
                      () => import("@/features/customers/routes/new-customer-page"),
                    ),
                  },
                  {
                    path: "customers/:id/edit",
                    Component: page(
                      "customers",
                      () => import("@/features/customers/routes/edit-customer-page"),
                    ),
                  },
                  {
                    path: "orders/new",
                    Component: page("orders", () => import("@/features/orders/routes/new-order-page")),
                  },
                  {
                    path: "segments/:id/edit",
                    Component: page("segments", () => import("@/features/segments/routes/edit-segment-page")),
                  },
                  {
                    path: "campaigns/new",
                    Component: page(
                      "campaigns",
                      () => import("@/features/campaigns/routes/new-campaign-page"),
                    ),
                  },
                  {
                    path: "campaigns/:id/edit",
                    Component: page(
                      "campaigns",
                      () => import("@/features/campaigns/routes/edit-campaign-page"),
                    ),
                  },
                ],
              },
              { path: "*", Component: page("shell", () => import("./not-found-page")) },
            ],
          },
        ],
      },
    ],
  },
];

export function Router() {
  return useRoutes(ROUTES);
}
