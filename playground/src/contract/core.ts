/**
 * The core's class, as wasm-bindgen makes it. Objects go in and out as JSON text; a problem is thrown as the JSON text of a
 * `Problem`, after which the object is as it was. A frame lacks `params`, which `params()` gives. NaN is `null` in JSON.
 */
export interface Core {
  /** Settings */
  settings(): string;
  /** Structure */
  structure(): string;
  /** "kept": only the rate is another, and the training goes on; "rebuilt": all is made anew */
  change(settings: string): "kept" | "rebuilt";
  reset(): void;
  /** Up to that many steps, fewer if the training diverges; how many there were. */
  run(steps: number): number;
  advance(what: "epoch" | "step" | "sample" | "layer"): void;
  back(what: "epoch" | "step" | "layer"): void;
  go_to(step: number): void;
  set_weight(param: string, row: number, column: number, value: number): void;
  /** Frame without `params` */
  frame(): string;
  params(): Float64Array;
  /** plane: outputs × r × r, from the top row; curve: r values */
  regions(resolution: number): Float32Array;
  /** units × r × r; curve: units × r */
  unit_regions(position: number, resolution: number): Float32Array;
  /** digits: units × 14 × 14 of layer 0 */
  images(layer: number): Float32Array;
  /** one sample, raw as in `Structure.train.inputs` */
  predict(inputs: Float64Array): Float64Array;
  /** SampleView */
  sample(index: number, test: boolean): string;
  /** Target → Explained */
  explain(sample: number, target: string): string;
  /** Finding[] */
  diagnose(): string;
  /** a whole program in Rust */
  rust_program(): string;
  model_file(): Uint8Array;
  /** SVG */
  picture(kind: "output" | "net" | "loss"): string;
  free(): void;
}

/** The class: `Core` of the module that wasm-bindgen writes. */
export interface CoreClass {
  /** Settings → Core */
  new (settings: string): Core;
  /** Preset[] */
  presets(): string;
  /** Settings */
  defaults(): string;
  /** CsvPreview; `null` or nothing: the answers' column is guessed */
  preview_csv(text: string, target?: string | null): string;
  version(): string;
}
