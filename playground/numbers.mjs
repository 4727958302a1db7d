// Compares the numbers of all presets in WebAssembly with those of this machine, which come as JSON:
//   cargo run --release -p chainrule-playground --example numbers > target/playground/numbers.json
//   node playground/numbers.mjs target/playground/numbers.json
// WebAssembly has no fused multiply-add and other sums of vectors, and functions such as sin and exp of its own, so that the
// last digit of a step may be another. How far that carries depends on the net: TOLERANCES has those where it does.
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { TOLERANCES, USUAL } from "./tolerances.mjs";

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
  const tolerance = TOLERANCES[preset.name] ?? USUAL;
  const holds = frame.step === expected.step && loss <= tolerance;
  wrong += holds ? 0 : 1;
  const text = `loss ${frame.loss} (${loss.toExponential(0)} of it off), a weight at most ${largest.toExponential(0)} off`;
  console.log(`${holds ? "same " : "OTHER"} ${preset.name}: step ${frame.step}, ${text}`);
  core.free();
}
process.exit(wrong ? 1 : 0);
