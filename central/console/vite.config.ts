/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The centre serves dist/ at its root. `npm run dev` talks to a centre on this machine (WARDSENSE_CENTRE).
const CENTRE = process.env.WARDSENSE_CENTRE ?? "http://127.0.0.1:8460";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/v1": CENTRE } },
  build: { target: "es2022", cssCodeSplit: true, chunkSizeWarningLimit: 1200 },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
