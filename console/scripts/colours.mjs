// Colours are written in src/theme and nowhere else.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = new URL("../src", import.meta.url).pathname;
const COLOUR = /#[0-9a-f]{3,8}\b(?![^<]*<\/)|\b(?:rgba?|hsla?|oklch)\(/i;
let found = 0;
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !/\.(tsx?|css)$/.test(entry.name) || path.includes("/theme/") || entry.name.endsWith(".d.ts")) continue;
  readFileSync(path, "utf8").split("\n").forEach((line, at) => {
    if (COLOUR.test(line)) { found = 1; console.error(`${path.slice(root.length + 1)}:${at + 1}: a colour outside the theme: ${line.trim().slice(0, 80)}`); }
  });
}
process.exit(found);
