import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/lib/problem";

/** Refusals are final; outages are tried twice more. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      networkMode: "always",
      retry: (failures, error) => failures < 2 && error instanceof Problem && isPassing(error.status),
      retryDelay: (failures) => 500 * 2 ** failures,
    },
    mutations: { networkMode: "always" },
  },
});

function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}
