// The core, compiled to WebAssembly, with objects instead of JSON text.

import { Core, initSync } from "chainrule-core";
import type {
  CsvPreview,
  Explained,
  Finding,
  Core as JsonCore,
  Frame as JsonFrame,
  Preset,
  SampleView,
  Settings,
  Structure,
  Target,
} from "./contract";

/** How the training stands, with its parameters in the order of `structure.layers[].params`, row by row. */
export type Frame = JsonFrame & { params: Float64Array };

/** A training. What goes wrong is thrown as the JSON text of a `Problem`. */
export interface Net
  extends Pick<
    JsonCore,
    | "reset"
    | "run"
    | "advance"
    | "back"
    | "go_to"
    | "set_weight"
    | "regions"
    | "unit_regions"
    | "images"
    | "predict"
    | "rust_program"
    | "model_file"
    | "picture"
    | "free"
  > {
  settings(): Settings;
  structure(): Structure;
  change(settings: Settings): "kept" | "rebuilt";
  frame(): Frame;
  step(): number;
  sample(index: number, test: boolean): SampleView;
  explain(sample: number, target: Target): Explained;
  diagnose(): Finding[];
}

export interface CoreModule {
  presets(): Preset[];
  defaults(): Settings;
  version(): string;
  preview_csv(text: string, target: string | null): CsvPreview;
  create(settings: Settings): Net;
}

export function loadCore(wasm: ArrayBuffer): CoreModule {
  initSync({ module: wasm });
  return {
    presets: () => JSON.parse(Core.presets()),
    defaults: () => JSON.parse(Core.defaults()),
    version: () => Core.version(),
    preview_csv: (text, target) => JSON.parse(Core.preview_csv(text, target)),
    create: (settings) => wrap(new Core(JSON.stringify(settings))),
  };
}

/** JSON has no NaN: what is missing among numbers was one. */
function number(x: number | null): number {
  return x ?? Number.NaN;
}

function wrap(core: JsonCore): Net {
  // the step is asked for in each slice, and a frame costs more than a step
  let step = JSON.parse(core.frame()).step as number;
  const frame = (): Frame => {
    const now = JSON.parse(core.frame()) as JsonFrame;
    step = now.step;
    const { history } = now;
    return {
      ...now,
      loss: number(now.loss),
      params: core.params(),
      gradient_norms: now.gradient_norms.map(number),
      update_ratios: now.update_ratios.map(number),
      history: { ...history, loss: history.loss.map(number), test_loss: history.test_loss.map(number) },
    };
  };
  return {
    settings: () => JSON.parse(core.settings()),
    structure: () => JSON.parse(core.structure()),
    change(settings) {
      const kind = core.change(JSON.stringify(settings));
      if (kind === "rebuilt") step = 0;
      return kind;
    },
    reset() {
      core.reset();
      step = 0;
    },
    run(steps) {
      const ran = core.run(steps);
      step += ran;
      return ran;
    },
    advance(what) {
      core.advance(what);
      frame();
    },
    back(what) {
      core.back(what);
      frame();
    },
    go_to(wanted) {
      core.go_to(wanted);
      step = wanted;
    },
    set_weight: (param, row, column, value) => core.set_weight(param, row, column, value),
    frame,
    regions: (resolution) => core.regions(resolution),
    unit_regions: (position, resolution) => core.unit_regions(position, resolution),
    images: (layer) => core.images(layer),
    predict: (inputs) => core.predict(inputs),
    sample: (index, test) => JSON.parse(core.sample(index, test)),
    explain: (sample, target) => JSON.parse(core.explain(sample, JSON.stringify(target))),
    diagnose: () => JSON.parse(core.diagnose()),
    rust_program: () => core.rust_program(),
    model_file: () => core.model_file(),
    picture: (kind) => core.picture(kind),
    step: () => step,
    free: () => core.free(),
  };
}
