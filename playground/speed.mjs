// Steps a second of the core in WebAssembly, and how long the numbers of a picture take: node playground/speed.mjs
// The same steps on this machine: cargo run --release -p chainrule-playground --example speed
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "playground/core");
const { Core, initSync } = await import(pathToFileURL(`${folder}/core.js`));
initSync({ module: readFileSync(`${folder}/core_bg.wasm`) });

const cases = JSON.parse(readFileSync(`${root}playground/speed.json`, "utf8"));

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const timed = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

for (const [name, settings] of Object.entries(cases)) {
  const core = new Core(JSON.stringify(settings));
  core.run(5_000);
  const each = median([1, 2, 3, 4, 5].map(() => timed(() => core.run(5_000))));
  console.log(`${name}: ${Math.round(5_000_000 / each).toLocaleString("en")} steps a second`);
}

const core = new Core(JSON.stringify(cases["2-8-8-1, 210 points, batches of 10"]));
core.run(1_000);
const positions = JSON.parse(core.structure()).positions.length;
const parts = {
  "frame": () => core.frame(),
  "regions(100)": () => core.regions(100),
  "unit_regions(all, 30)": () => {
    core.run(1);
    for (let at = 0; at < positions; at++) core.unit_regions(at, 30);
  },
};
for (const [name, work] of Object.entries(parts)) {
  for (let i = 0; i < 20; i++) work();
  console.log(`${name} of 2-8-8-1: ${median(Array.from({ length: 50 }, () => timed(work))).toFixed(2)} ms`);
}
