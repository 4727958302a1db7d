// Everything a person can do: each action asks the worker and takes what it answers into the state.

import { batch } from "@preact/signals";
import type { Data, Preset, Problem, Settings } from "./contract";
import { Engine, wasmBytes } from "./engine";
import type { Carried } from "./link";
import { BadLink, decode, encode } from "./link";
import { numbers } from "./prefs";
import { type Built, Refused, type Walk, type Wants } from "./protocol";
import * as state from "./state";

export const engine = new Engine();

/** Whether something changed since the last view was asked for. */
let dirty = true;
/** Views that are on their way: two, so that one is being made while the other is drawn. */
let asked = 0;
/** When numbers were last renewed. */
let calmed = 0;

export function redraw(): void {
  dirty = true;
}

function wants(): Wants {
  const structure = state.structure.value!;
  const pictured = structure.picture === "plane" || structure.picture === "curve";
  const looked = state.looked.value;
  const hidden = state.cols.value.map((column) => column.position);
  return {
    // a picture that moves needs fewer points, and each of them takes time from the training
    regions: pictured ? (state.running.value ? 72 : 100) : 0,
    units: pictured ? (structure.picture === "curve" ? 48 : 24) : 0,
    positions: hidden,
    large: pictured && looked ? { ...looked, resolution: 100 } : null,
    images: structure.picture === "digits" ? (state.cols.value[1]?.layer ?? null) : null,
    sample: !pictured || numbers.value ? { index: state.sample.value, test: false } : null,
  };
}

/** One view an animation frame, as long as there is something new. */
export function startDrawing(): void {
  const tick = async () => {
    requestAnimationFrame(tick);
    if (asked > 1 || !dirty || !state.structure.value) return;
    asked += 1;
    dirty = state.running.value;
    try {
      const view = await engine.ask("view", wants());
      if (view.build !== state.build.value) dirty = true;
      else {
        const now = performance.now();
        batch(() => {
          state.view.value = view;
          state.running.value = view.running;
          if (!view.running) state.restoring.value = false;
          if (!view.running || now - calmed > 120) {
            state.calm.value = view.frame;
            calmed = now;
          }
        });
        if (view.running) dirty = true;
      }
    } catch (error) {
      report("page", error);
    }
    asked -= 1;
  };
  requestAnimationFrame(tick);
}

// ---------- problems ----------

export function report(place: string, error: unknown): void {
  const problem: Problem =
    error instanceof Refused
      ? error.problem
      : { code: "broken", field: null, message: String(error), help: null, values: {} };
  state.problems.value = { ...state.problems.value, [place]: problem };
}

export function settle(place: string): void {
  if (!(place in state.problems.value)) return;
  const { [place]: _, ...others } = state.problems.value;
  state.problems.value = others;
}

/** Runs an action whose problem belongs to `place`; null after a problem. */
export async function attempt<T>(place: string, action: () => Promise<T>): Promise<T | null> {
  try {
    const value = await action();
    settle(place);
    return value;
  } catch (error) {
    report(place, error);
    return null;
  } finally {
    redraw();
  }
}

// ---------- building ----------

function take(built: Built): void {
  batch(() => {
    const other = state.structure.value?.param_count !== built.structure.param_count;
    state.settings.value = built.settings;
    state.structure.value = built.structure;
    state.build.value = built.build;
    if (state.sample.value >= built.structure.train.inputs.length) state.sample.value = 0;
    if (other) {
      state.selected.value = { what: "loss" };
      state.looked.value = null;
      state.lookedWeight.value = null;
    }
  });
  redraw();
}

async function create({ settings, step }: Carried, place: string): Promise<boolean> {
  const built = await attempt(place, () => engine.ask("create", settings));
  if (!built) return false;
  take(built);
  state.findings.value = [];
  state.running.value = state.restoring.value = step > 0;
  // seen on its way, and paused where one likes: a step may be far
  if (step > 0) await attempt("page", () => engine.ask("pace", { running: true, speed: 0, until: step }));
  return true;
}

export async function loadPreset(preset: Preset): Promise<boolean> {
  const done = await create({ settings: preset.settings, step: 0 }, "page");
  if (done) {
    batch(() => {
      state.preset.value = preset;
      state.changed.value = false;
      state.speed.value = preset.speed;
      state.sample.value = 0;
      state.selected.value = { what: "loss" };
      state.notice.value = null;
    });
  }
  return done;
}

let sending = false;
let waiting: { place: string; patch: Partial<Settings> }[] = [];

/** Changes settings; while the worker is at it, later changes wait and go together. */
export async function change(place: string, patch: Partial<Settings>): Promise<void> {
  waiting.push({ place, patch });
  if (sending) return;
  sending = true;
  while (waiting.length > 0) {
    const together = waiting;
    waiting = [];
    await send(together[together.length - 1]!.place, Object.assign({}, ...together.map((item) => item.patch)));
  }
  sending = false;
}

async function send(place: string, patch: Partial<Settings>): Promise<void> {
  const old = state.settings.value!;
  // weights given by hand belong to the net they were given to
  const shape = "layers" in patch || "inputs" in patch || ("data" in patch && patch.data!.kind !== old.data.kind);
  const given = shape ? { start: [], mistake: null } : {};
  const next: Settings = {
    ...old,
    ...(onlyRate(old, patch) ? {} : { edits: [], earlier_rates: [] }),
    ...given,
    ...patch,
  };
  const answer = await attempt(place, () => engine.ask("change", next));
  if (!answer) {
    state.settings.value = { ...old };
    return;
  }
  batch(() => {
    if (answer.build !== state.build.value) state.findings.value = [];
    state.changed.value = true;
    // other data are no longer what the example is about
    if ("data" in patch && JSON.stringify(kind(patch.data!)) !== JSON.stringify(kind(old.data)))
      state.preset.value = null;
    take(answer);
  });
}

function kind(data: Data): (string | undefined)[] {
  return [data.kind, "set" in data ? data.set : undefined, "gate" in data ? data.gate : undefined];
}

/** The rate is the one setting with which a training goes on; others begin anew, without what was changed on the way. */
function onlyRate(old: Settings, patch: Partial<Settings>): boolean {
  const { optimizer, ...others } = patch;
  return (
    optimizer !== undefined &&
    Object.keys(others).length === 0 &&
    optimizer.kind === old.optimizer.kind &&
    optimizer.momentum === old.optimizer.momentum
  );
}

/** Other data; what belongs to one kind of data only is left behind. */
export function changeData(data: Data): Promise<void> {
  const planar = data.kind === "planar";
  return change("data", planar ? { data } : { data, inputs: ["x1", "x2"] });
}

// ---------- training ----------

function pace(running: boolean): Promise<void> {
  const preset = state.changed.value ? null : state.preset.value;
  const until = preset && preset.steps > (state.frame.value?.step ?? 0) ? preset.steps : null;
  return engine.ask("pace", { running, speed: state.speed.value, until });
}

export async function run(running = !state.running.value): Promise<void> {
  state.running.value = running;
  state.restoring.value = false;
  await attempt("page", () => pace(running));
}

export async function setSpeed(speed: number): Promise<void> {
  state.speed.value = speed;
  if (state.running.value) await pace(true);
}

export async function reset(): Promise<void> {
  await run(false);
  const built = await attempt("page", () => engine.ask("reset"));
  if (built) take(built);
  state.findings.value = [];
}

export async function walk(what: Walk, forwards: boolean): Promise<void> {
  if (state.running.value) await run(false);
  await attempt("page", () => engine.ask(forwards ? "advance" : "back", what));
}

export async function goTo(step: number): Promise<void> {
  if (state.running.value) await run(false);
  await attempt("page", () => engine.ask("goTo", step));
}

export async function setWeight(param: string, row: number, column: number, value: number): Promise<boolean> {
  if (state.running.value) await run(false);
  const settings = await attempt("weight", () => engine.ask("setWeight", param, row, column, value));
  if (!settings) return false;
  batch(() => {
    state.settings.value = settings;
    state.changed.value = true;
  });
  return true;
}

// ---------- links ----------

/** The hash that brings this picture back. */
export function link(): string {
  const preset = state.preset.value;
  if (preset && !state.changed.value && state.step.value === 0) return `#preset=${preset.name}`;
  return encode({ settings: state.settings.value!, step: state.frame.value?.step ?? 0 });
}

/** Opens what a link says; false if it says nothing, or nothing that can be read. */
export async function open(hash: string): Promise<boolean> {
  try {
    const link = decode(hash);
    state.notice.value = null;
    if (link.kind === "none") return false;
    if (link.kind === "settings") {
      const done = await create(link, "page");
      if (done) state.preset.value = null;
      return done;
    }
    const preset = state.presets.value.find(({ name }) => name === link.name);
    if (preset) return await loadPreset(preset);
    state.notice.value = { key: "link_no_preset", values: { name: link.name.slice(0, 60) } };
  } catch (error) {
    state.notice.value = { key: error instanceof BadLink ? error.code : "link_broken" };
  }
  return false;
}

/** Loads the core; then the link's picture, or the first preset. */
export async function start(): Promise<void> {
  const { presets, defaults, version } = await engine.ask("load", await wasmBytes());
  batch(() => {
    state.presets.value = presets;
    state.defaults.value = defaults;
    state.coreVersion.value = version;
  });
  if (!(await open(location.hash))) {
    const [notice, problems] = [state.notice.value, state.problems.value];
    await create({ settings: defaults, step: 0 }, "page");
    state.notice.value = notice;
    state.problems.value = problems;
  }
  addEventListener("hashchange", () => void open(location.hash));
  startDrawing();
}
