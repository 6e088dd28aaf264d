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
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page stands on comes in one file, not in forty small ones; what one page alone needs stays
            // with that page.
            {
              name: "ground",
              test: /node_modules[\\/](?!maplibre-gl|@maplibre|@mapbox|pmtiles|uplot|idb|fflate)/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
