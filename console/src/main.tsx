/** Where the console begins. */
import "@fontsource-variable/geist-mono/wght.css";
import "@fontsource-variable/instrument-sans/wdth.css";
import "@fontsource-variable/instrument-sans/wdth-italic.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./theme/tokens.css";
import "./theme/app.css";
import "./theme/chat.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { asProblem } from "./api/problem";
import { listenToKeys } from "./frame/keys";
import { router } from "./router";
import { resolver, theme } from "./theme/theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, refetchOnWindowFocus: false, retry: (count, error) => count < 3 && asProblem(error).kind !== "refused", retryDelay: (count) => Math.min(5000, 500 * 2 ** count) },
    mutations: { retry: false },
  },
});
listenToKeys();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications limit={3} position="bottom-right" />
        <RouterProvider router={router} context={{ queries }} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
