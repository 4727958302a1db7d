// Every word that the page says, in both languages, from one table.

import type { Problem, Structure } from "./contract";
import { inputName } from "./format";
import { lang } from "./prefs";
import { inKorean } from "./texts/explained";
import { findings } from "./texts/findings";
import { page } from "./texts/page";
import { mistakes, presets } from "./texts/presets";
import { problems } from "./texts/problems";

export type TextKey = keyof typeof page;
type Values = Record<string, string | number>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function chosen<T>(both: readonly [T, T]): T {
  return both[lang.value === "ko" ? 1 : 0];
}

export function t(key: TextKey, values: Values = {}): string {
  return fill(chosen<string>(page[key]), values);
}

/** Title and two sentences of an example. */
export function presetText(name: string): readonly [string, string] {
  const both = presets[name];
  return both ? chosen(both) : [name, ""];
}

export function isMistake(name: string): boolean {
  return mistakes.has(name);
}

/** The core's words begin small and end open, as an error in Rust does; beside each other they are sentences. */
function sentence(words: string): string {
  const ended = /[.!?:]$/.test(words) ? words : `${words}.`;
  // a name such as `x1` or `test_share` stays as it is
  return /^[a-z]+[ :,'’]/.test(ended) ? ended[0]!.toUpperCase() + ended.slice(1) : ended;
}

/** What went wrong, and what to do. */
export function problemText(problem: Problem): { text: string; help: string | null } {
  const known = problems[problem.code];
  // the core's own words are English
  if (lang.value === "en" || !known)
    return { text: sentence(problem.message), help: problem.help && sentence(problem.help) };
  return { text: fill(known, { ...problem.values, message: problem.message }), help: null };
}

export function findingTitle(code: string): string {
  const [en, ko] = findings[code] ?? [code, code];
  return chosen([en, ko]);
}

/** What to try; null where the doctor's own words say it. */
export function findingHelp(code: string): string | null {
  return lang.value === "ko" ? (findings[code]?.[2] ?? null) : null;
}

/** A heading or sentence of an explanation, and the language that it is in. */
export function explainedText(sentence: string): { text: string; lang: "en" | "ko" } {
  const korean = lang.value === "ko" ? inKorean(sentence) : null;
  return korean === null ? { text: sentence, lang: "en" } : { text: korean, lang: "ko" };
}

const parts: Record<string, readonly [string, string]> = {
  input: ["Input", "입력"],
  forward: ["Forward", "순전파"],
  loss: ["Loss", "손실"],
  backward: ["Backward", "역전파"],
  update: ["Update", "갱신"],
};

export function partTitle(part: string): string {
  const both = parts[part.toLowerCase()];
  return both ? chosen(both) : part;
}

/** A unit as people speak of it. */
export function unitTitle(structure: Structure, position: number, unit: number): string {
  if (position === 0) return t("unit_input", { name: inputName(structure.input_names[unit] ?? String(unit + 1)) });
  if (position === structure.positions.length - 1) {
    const name = structure.task === "classes" ? (structure.class_names[unit] ?? unit + 1) : unit + 1;
    return t("unit_output", { name });
  }
  const layer = structure.layers.slice(0, position).filter(({ kind }) => kind.toLowerCase().startsWith("dense")).length;
  return t("unit_hidden", { layer, unit: unit + 1 });
}
