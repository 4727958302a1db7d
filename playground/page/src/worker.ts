// The worker: trains in slices, so that every question is answered within a few milliseconds.

import type { Problem } from "./contract";
import { type CoreModule, loadCore, type Net } from "./core";
import type { Built, Calls, Pace, Request, Response, View, Wants } from "./protocol";

/** How long it trains before it looks for questions, in milliseconds: as long as the last view took, within these bounds,
 * so that views of a large table leave it half of the time. */
const slices = [6, 40] as const;
let slice: number = slices[0];

let core: CoreModule | null = null;
let net: Net | null = null;
let build = 0;
/** The units at each position. */
let sizes: number[] = [];
let pace: Pace = { running: false, speed: 0, until: null };
let stopped: View["stopped"] = null;
/** By how much pictures are coarser than wanted, because the net is large. */
let coarser = 1;
/** Steps that one slice had time for. */
let stepsPerSlice = 1;
/** Steps that a slow pace owes, and since when. */
let owed = 0;
let before = 0;
/** For the figure of steps a second: steps since `since`. */
let counted = 0;
let since = 0;
let rate = 0;
let looping = false;

// a message to oneself comes after those that wait; setTimeout would be held back to 4 ms
const channel = new MessageChannel();
const turn = () =>
  new Promise<void>((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });

function current(): Net {
  if (!net) throw problem("not_ready", "there is no net yet");
  return net;
}

function problem(code: string, message: string): Problem {
  return { code, field: null, message, help: null, values: {} };
}

/** Runs up to `wanted` steps within one slice; how many it did. */
function runSlice(training: Net, wanted: number): number {
  const begin = performance.now();
  let done = 0;
  while (done < wanted) {
    const steps = Math.min(wanted - done, stepsPerSlice);
    const from = performance.now();
    const ran = training.run(steps);
    const took = performance.now() - from;
    done += ran;
    if (ran < steps) {
      stopped = "diverged";
      break;
    }
    if (steps === stepsPerSlice)
      stepsPerSlice = Math.max(1, Math.min(100_000, Math.round(took < 2 ? steps * 2 : took > 6 ? steps / 2 : steps)));
    if (performance.now() - begin > slice) break;
  }
  return done;
}

async function loop(): Promise<void> {
  if (looping) return;
  looping = true;
  owed = 0;
  before = since = performance.now();
  counted = 0;
  while (pace.running && net) {
    const now = performance.now();
    let wanted = Number.POSITIVE_INFINITY;
    if (pace.speed > 0) {
      // a page in the background must not owe minutes
      owed = Math.min(owed + (pace.speed * (now - before)) / 1000, Math.max(1, pace.speed / 4));
      wanted = Math.floor(owed);
    }
    before = now;
    const left = pace.until === null ? Number.POSITIVE_INFINITY : pace.until - net.step();
    if (left <= 0) {
      stopped = "end";
      pace = { ...pace, running: false };
      break;
    }
    const done = runSlice(net, Math.min(wanted, left));
    owed -= done;
    counted += done;
    if (stopped === "diverged") {
      pace = { ...pace, running: false };
      break;
    }
    if (now - since > 500) {
      rate = (1000 * counted) / (now - since);
      since = now;
      counted = 0;
    }
    if (pace.speed > 0 && wanted < 1) await new Promise((resolve) => setTimeout(resolve, 4));
    else await turn();
  }
  looping = false;
}

/** After a change that kept the net. */
function same(): Built {
  const training = current();
  const structure = training.structure();
  sizes = structure.positions.map(({ units }) => units);
  return { build, settings: training.settings(), structure };
}

function built(): Built {
  build += 1;
  coarser = 1;
  stopped = null;
  return same();
}

/** A view in as many points as the net is small enough for. */
function view(wants: Wants): View {
  for (;;) {
    const from = performance.now();
    try {
      const seen = viewOf(wants, coarser);
      slice = Math.max(slices[0], Math.min(slices[1], performance.now() - from));
      return seen;
    } catch (error) {
      const { code } = asProblem(error);
      if (code !== "resolution" || coarser >= 16) throw error;
      coarser *= 2;
    }
  }
}

function viewOf(wants: Wants, coarser: number): View {
  const training = current();
  const { positions, sample, images } = wants;
  const [regions, units] = [Math.floor(wants.regions / coarser), Math.floor(wants.units / coarser)];
  const large = wants.large && { ...wants.large, resolution: Math.floor(wants.large.resolution / coarser) };
  const byPosition: (Float32Array | null)[] = [];
  if (units) for (const position of positions) byPosition[position] = training.unit_regions(position, units);
  let largest: View["large"] = null;
  if (large) {
    const all = training.unit_regions(large.position, large.resolution);
    const each = all.length / (sizes[large.position] ?? 1);
    largest = { ...large, values: all.slice(large.unit * each, (large.unit + 1) * each) };
  }
  return {
    build,
    frame: training.frame(),
    running: pace.running,
    stopped,
    stepsPerSecond: pace.running ? rate : 0,
    regions: regions ? training.regions(regions) : null,
    resolution: regions,
    units: byPosition,
    unitResolution: units,
    large: largest,
    activations: sample ? training.sample(sample.index, sample.test).activations : null,
    images: images === null ? null : training.images(images),
  };
}

/** Back by one sample: there are layers between. */
function backOneSample(training: Net): void {
  const from = training.frame().cursor;
  training.back("layer");
  if (!from) return;
  for (
    let cursor = training.frame().cursor;
    cursor && cursor.sample === from.sample;
    cursor = training.frame().cursor
  ) {
    training.back("layer");
  }
}

type Answers = {
  [K in keyof Calls]: (...args: Parameters<Calls[K]>) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>;
};

const answers: Answers = {
  load(wasm) {
    core = loadCore(wasm);
    return { presets: core.presets(), defaults: core.defaults(), version: core.version() };
  },
  create(settings) {
    const next = core!.create(settings);
    pace = { ...pace, running: false };
    net?.free();
    net = next;
    return built();
  },
  change(settings) {
    return current().change(settings) === "rebuilt" ? built() : same();
  },
  reset() {
    current().reset();
    return built();
  },
  pace(wanted) {
    pace = wanted;
    stopped = null;
    if (!wanted.running) rate = 0;
    loop();
  },
  advance(what) {
    stopped = null;
    current().advance(what);
  },
  back(what) {
    stopped = null;
    if (what === "sample") backOneSample(current());
    else current().back(what);
  },
  goTo(step) {
    stopped = null;
    current().go_to(step);
  },
  setWeight(param, row, column, value) {
    current().set_weight(param, row, column, value);
    return current().settings();
  },
  view,
  predict: (inputs) => Array.from(current().predict(Float64Array.from(inputs))),
  sample: (index, test) => current().sample(index, test),
  explain: (sample, target) => current().explain(sample, target),
  diagnose: () => current().diagnose(),
  previewCsv: (text, target) => core!.preview_csv(text, target),
  rustProgram: () => current().rust_program(),
  modelFile: () => current().model_file(),
  picture: (kind) => current().picture(kind),
};

function asProblem(error: unknown): Problem {
  if (typeof error === "string") {
    try {
      return JSON.parse(error) as Problem;
    } catch {
      return problem("library", error);
    }
  }
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  return problem("broken", error instanceof Error ? error.message : String(error));
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  let response: Response;
  try {
    const answer = answers[data.call] as (...args: unknown[]) => unknown;
    response = { id: data.id, value: await answer(...data.args) };
  } catch (error) {
    response = { id: data.id, problem: asProblem(error) };
  }
  self.postMessage(response);
};
