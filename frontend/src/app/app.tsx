import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { BrowserRouter } from "react-router";
import { PageErrors } from "./page-error";
import { queryClient } from "./query-client";
import { Router } from "./router";

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <BrowserRouter>
        <PageErrors>
          <Suspense>
            <Router />
          </Suspense>
        </PageErrors>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
