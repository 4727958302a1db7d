// What page and worker say to each other.

import type {
  CsvPreview,
  Explained,
  Finding,
  Preset,
  Problem,
  SampleView,
  Settings,
  Structure,
  Target,
} from "./contract";
import type { Frame } from "./core";

/** Everything that is drawn at one moment. */
export interface View {
  /** Counts the nets: a view of another net than the page shows is thrown away. */
  build: number;
  frame: Frame;
  running: boolean;
  /** Why it stopped by itself. */
  stopped: "end" | "diverged" | null;
  stepsPerSecond: number;
  regions: Float32Array | null;
  resolution: number;
  /** By position; null where nothing is looked at. */
  units: (Float32Array | null)[];
  unitResolution: number;
  /** The one unit that is looked at, large. */
  large: { position: number; unit: number; values: Float32Array; resolution: number } | null;
  /** For pictures that are none: the numbers of one sample, by position. */
  activations: number[][] | null;
  /** For digits: what the units of the first layer look for, as images, one behind the other. */
  images: Float32Array | null;
}

export interface Wants {
  regions: number;
  units: number;
  positions: number[];
  large: { position: number; unit: number; resolution: number } | null;
  /** The layer whose incoming weights are wanted as images. */
  images: number | null;
  /** The sample whose activations are wanted. */
  sample: { index: number; test: boolean } | null;
}

export interface Built {
  build: number;
  settings: Settings;
  structure: Structure;
}

/** How training is to go on. */
export interface Pace {
  running: boolean;
  /** Steps a second; 0: as fast as it goes. */
  speed: number;
  /** The step at which to stop; null: never. */
  until: number | null;
}

export type Walk = "epoch" | "step" | "sample" | "layer";

export interface Calls {
  load(wasm: ArrayBuffer): { presets: Preset[]; defaults: Settings; version: string };
  create(settings: Settings): Built;
  change(settings: Settings): Built;
  reset(): Built;
  pace(pace: Pace): void;
  advance(what: Walk): void;
  back(what: Walk): void;
  goTo(step: number): void;
  setWeight(param: string, row: number, column: number, value: number): Settings;
  view(wants: Wants): View;
  predict(inputs: number[]): number[];
  sample(index: number, test: boolean): SampleView;
  explain(sample: number, target: Target): Explained;
  diagnose(): Finding[];
  previewCsv(text: string, target: string | null): CsvPreview;
  rustProgram(): string;
  modelFile(): Uint8Array;
  picture(kind: "output" | "net" | "loss"): string;
}

export type Request = { [K in keyof Calls]: { id: number; call: K; args: Parameters<Calls[K]> } }[keyof Calls];
export type Response = { id: number; value: unknown } | { id: number; problem: Problem };

/** What is thrown when the core says what is wrong. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}
