// Bundles the widget into one file that the server serves; style sheets go in as minified text.
import { build, transform } from "esbuild";
import { readFile } from "node:fs/promises";

const styles = {
  name: "styles",
  setup(on) {
    on.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "chrome111" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await build({
  entryPoints: ["src/widget.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  mangleProps: /^(listener|begun|confirmed|refused|connected|attach|kept|keep|lively|forget|opened|asks|problem|gone)$/, // names of our own that nobody else reads
  outfile: "../src/retinue/assembly/files/widget/widget.js",
  plugins: [styles],
  logLevel: "warning",
});
