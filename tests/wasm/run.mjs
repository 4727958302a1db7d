// Runs a Rust program that asks for nothing from outside; a panic in it is a trap, and node ends with an error.
import { readFile } from "node:fs/promises";

const bytes = await readFile(process.argv[2]);
const module = new WebAssembly.Module(bytes);
const imports = WebAssembly.Module.imports(module);
if (imports.length > 0) {
  throw new Error(`the module asks for ${imports.map((one) => `${one.module}.${one.name}`).join(", ")}`);
}
const { exports } = new WebAssembly.Instance(module);
const code = exports.main(0, 0);
if (code !== 0) {
  throw new Error(`the program has ended with ${code}`);
}
console.log(`trains in node ${process.version}, ${bytes.length} bytes`);
