// Compares the numbers of all presets in WebAssembly with those of this machine, which come as JSON:
//   cargo run --release -p chainrule-playground --example numbers > target/playground/numbers.json
//   node playground/numbers.mjs target/playground/numbers.json
// WebAssembly has no fused multiply-add, sums vectors of another width, and has a sin and an exp of its own, so that the last
// digit of a number may be another; no preset carries that further than the fourteenth digit of its loss.
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";

const TOLERANCE = 1e-12;

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "playground/core");
const { Core, initSync } = await import(pathToFileURL(`${folder}/core.js`));
initSync({ module: readFileSync(`${folder}/core_bg.wasm`) });

const native = JSON.parse(readFileSync(process.argv[2], "utf8"));
const relative = (a, b) => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-12));
let wrong = 0;
for (const preset of JSON.parse(Core.presets())) {
  const core = new Core(JSON.stringify(preset.settings));
  core.run(preset.steps);
  const frame = JSON.parse(core.frame());
  const expected = native[preset.name];
  const largest = Math.max(...Array.from(core.params(), (w, i) => Math.abs(w - expected.params[i])));
  const loss = relative(frame.loss, expected.loss);
  const holds = frame.step === expected.step && loss <= TOLERANCE;
  wrong += holds ? 0 : 1;
  const text = `loss ${frame.loss} (${loss.toExponential(0)} of it off), a weight at most ${largest.toExponential(0)} off`;
  console.log(`${holds ? "same " : "OTHER"} ${preset.name}: step ${frame.step}, ${text}`);
  core.free();
}
process.exit(wrong ? 1 : 0);
