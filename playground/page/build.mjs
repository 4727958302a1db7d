// Puts the core and the page into one file, target/playground.html. Usage, in this folder: node build.mjs
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const largest = 1_500_000;
const common = {
  bundle: true,
  minify: true,
  write: false,
  target: ["chrome123", "firefox120", "safari17.5"],
  legalComments: "none",
};

const bundle = async (entry, options = {}) =>
  (await build({ ...common, entryPoints: [entry], ...options })).outputFiles[0].text;

const target = resolve("../..", process.env.CARGO_TARGET_DIR ?? "target");
const folder = resolve(target, "playground/core");
const core = gzipSync(await readFile(`${folder}/core_bg.wasm`), { level: 9 }).toString("base64");
const worker = await bundle("src/worker.ts", {
  format: "iife",
  alias: { "chainrule-core": `${folder}/core.js` },
  // wasm-bindgen asks for the module beside the script only if it is not handed over
  define: { "import.meta.url": '""' },
});
const script = await bundle("src/main.tsx", {
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { WORKER: JSON.stringify(worker) },
});
const style = await bundle("src/style.css");
const template = await readFile("index.html", "utf8");
// a function, because "$&" in a replacement means something; "</script" would end the script
const html = template
  .replace("/* style */", () => style)
  .replace("<!-- core -->", () => core)
  .replace("/* script */", () => script.replaceAll("</script", "<\\/script"));
const bytes = Buffer.byteLength(html);
const file = resolve(target, "playground.html");
await writeFile(file, html);
console.log(`${file}: ${bytes} bytes, of them ${core.length} the core`);
if (bytes > largest) throw new Error(`more than ${largest} bytes`);
