import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findings } from "../../src/texts/findings";
import { page } from "../../src/texts/page";
import { mistakes, presets } from "../../src/texts/presets";
import { problems } from "../../src/texts/problems";

const playground = join(import.meta.dirname, "../../..");
const names = readdirSync(join(playground, "presets")).map((file) => file.replace(/\.json$/, ""));

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sources(path) : readFileSync(path, "utf8");
    })
    .join("\n");
}

const braces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const hangul = /[가-힣]/;

test("every text is there in both languages, with the same words to put in", () => {
  for (const [key, [en, ko]] of Object.entries(page)) {
    expect(en.length, key).toBeGreaterThan(0);
    expect(ko.length, key).toBeGreaterThan(0);
    expect(braces(ko), key).toEqual(braces(en));
    expect(hangul.test(en), key).toBe(false);
  }
});

test("what is a sentence in English is one in Korean, and ends as a lecturer speaks", () => {
  const polite = /(다|오|오\.|다\.|까\?)$/;
  for (const [key, [en, ko]] of Object.entries(page)) {
    if (/[a-z]\.$/.test(en) && en.split(" ").length > 4) expect(ko.replace(/[.\s]+$/, ""), key).toMatch(polite);
  }
});

test("each preset has a title and two sentences in both languages, and no text is left over", () => {
  expect(Object.keys(presets).sort()).toEqual([...names].sort());
  for (const [name, [en, ko]] of Object.entries(presets)) {
    expect(en[1].match(/[.?!](\s|$)/g)?.length, name).toBe(2);
    expect(ko[1].match(/[.?!](\s|$)/g)?.length, name).toBe(2);
    expect(hangul.test(ko[1]), name).toBe(true);
  }
  for (const name of mistakes) expect(names).toContain(name);
});

test("each problem of the core has its texts", () => {
  const rust = sources(join(playground, "src"));
  const codes = new Set([...rust.matchAll(/Problem::new\(\s*"([\w-]+)"/g)].map(([, code]) => code!));
  // those of the library's errors
  for (const [, code] of rust.matchAll(/Error::\w+ \{ \.\. \}[^=]*=> "([\w-]+)"/g)) codes.add(code!);
  expect(codes.size).toBeGreaterThan(10);
  expect([...codes].filter((code) => !(code in problems))).toEqual([]);
});

test("each illness that the doctor knows has its name", () => {
  const rust = readFileSync(join(playground, "../src/doctor/illness.rs"), "utf8");
  const codes = [...rust.matchAll(/\[\s*"([a-z-]+)",/g)].map(([, code]) => code!);
  expect(codes.length).toBeGreaterThan(15);
  expect([...codes].sort()).toEqual(Object.keys(findings).sort());
});
