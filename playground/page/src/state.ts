// What the page knows at one moment. Only actions.ts changes it.

import { computed, signal } from "@preact/signals";
import { type Column, columns, type Param, params } from "./columns";
import type { Explained, Finding, Preset, Problem, Settings, Structure, Target } from "./contract";
import type { Frame } from "./core";
import type { View } from "./protocol";
import type { TextKey } from "./texts";

export const presets = signal<Preset[]>([]);
export const defaults = signal<Settings | null>(null);
export const coreVersion = signal("");

/** The settings with which the net can be made again, changes by hand on the way included. */
export const settings = signal<Settings | null>(null);
export const structure = signal<Structure | null>(null);
export const build = signal(0);
export const view = signal<View | null>(null);
/** The preset that is shown, and whether something of it was changed since. */
export const preset = signal<Preset | null>(null);
export const changed = signal(false);

export const running = signal(false);
/** Steps a second; 0: as fast as it goes. */
export const speed = signal(0);
/** Running to the step of a link. */
export const restoring = signal(false);

/** What "how it is computed" explains. */
export const selected = signal<Target>({ what: "loss" });
export const explained = signal<Explained | null>(null);
/** Of the training samples. */
export const sample = signal(0);
/** The unit under the pointer or the focus. */
export const looked = signal<{ position: number; unit: number } | null>(null);
/** The line under the pointer. */
export const lookedWeight = signal<{ param: string; row: number; column: number } | null>(null);
export const findings = signal<Finding[]>([]);

/** Problems beside where they came from: the place's name, then what the core said. */
export const problems = signal<Record<string, Problem>>({});
/** A sentence about the page as a whole, such as a link that can't be read. */
export const notice = signal<{ key: TextKey; values?: Record<string, string> } | null>(null);

export const cols = computed<Column[]>(() => (structure.value ? columns(structure.value) : []));
export const paramsByName = computed<Map<string, Param>>(() =>
  structure.value ? params(structure.value) : new Map<string, Param>(),
);
export const frame = computed(() => view.value?.frame ?? null);
/** The frame that words and numbers show: eight times a second is as fast as anyone reads. */
export const calm = signal<Frame | null>(null);
export const step = computed(() => calm.value?.step ?? 0);
export const decimals = computed(() => preset.value?.decimals ?? 4);
