import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const output = path("../src/sauro/web/static/dist");

/** Writes .gz and .br beside every text asset, so that the web server never compresses on a request. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(`${output}/assets`)) {
        if (!/\.(css|js)$/.test(name)) continue;
        const file = `${output}/assets/${name}`;
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        );
      }
    },
  };
}

export default defineConfig({
  // Relative, so that the same build serves under any STATIC_URL.
  base: "./",
  publicDir: false,
  plugins: [precompress()],
  css: {
    preprocessorOptions: { scss: { loadPaths: [path("node_modules/govuk-frontend/dist")] } },
  },
  build: {
    outDir: output,
    emptyOutDir: true,
    manifest: "manifest.json",
    // A data: address would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        citizen: path("src/citizen.ts"),
        official: path("src/official.ts"),
        passkey: path("src/passkey.ts"),
      },
    },
  },
});
