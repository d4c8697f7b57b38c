import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const build = process.env.RETINUE_BUILD ?? Date.now().toString(36);

export default defineConfig({
  plugins: [
    react(),
    {
      name: "build-id", // a page that is older than the server's files says so
      generateBundle() {
        this.emitFile({ type: "asset", fileName: "build.json", source: JSON.stringify({ build }) });
      },
    },
  ],
  define: { __BUILD__: JSON.stringify(build) },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { outDir: "../src/retinue/assembly/files/console", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8300", ws: true }, "/health": "http://127.0.0.1:8300" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
} as Parameters<typeof defineConfig>[0]);
