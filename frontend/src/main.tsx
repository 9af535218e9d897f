import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { followSession, queryClient } from "@/app/query-client";
import { startMessages } from "@/lib/i18n";
import { keepSession } from "@/lib/keep-session";
import "./styles.css";

followSession(queryClient);
keepSession();

await startMessages();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
