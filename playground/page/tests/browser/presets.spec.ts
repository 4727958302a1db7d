// Every preset runs to its end: the numbers are those of the native library, and the picture is the one that is checked in.
// `UPDATE=1 npm run browser presets` draws the pictures anew: look at them, then commit them.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { at, close, open, target, useBrowser } from "./browser";

useBrowser();
const folder = join(import.meta.dirname, "pictures");
const playground = join(import.meta.dirname, "../../..");
/** Written by test.sh, with the native library. */
const native: Record<string, Ending> = JSON.parse(readFileSync(join(target, "playground/numbers.json"), "utf8"));
const presets = readdirSync(join(playground, "presets")).map((file) => file.replace(/\.json$/, ""));
/** The share of pixels that may differ: fonts and the edges of lines do from computer to computer. */
const tolerance = 0.03;

interface Ending {
  step: number;
  loss: number | null;
  test_loss: number | null;
  accuracy: number | null;
  diverged: string | null;
  params: number[];
}

/**
 * exp, ln and tanh of a computer's C library are not those of WebAssembly: their last bit may differ, and a training
 * carries that on.
 */
function agree(name: string, page: Ending): void {
  const known = native[name]!;
  expect([page.step, page.accuracy, page.diverged]).toEqual([known.step, known.accuracy, known.diverged]);
  expect(page.params.length).toBe(known.params.length);
  const pairs = [
    ...page.params.map((x, index) => [x, known.params[index]!]),
    [page.loss, known.loss],
    [page.test_loss, known.test_loss],
  ];
  let worst = 0;
  for (const [a, b] of pairs) {
    if (typeof a === "number" && typeof b === "number")
      worst = Math.max(worst, Math.abs(a - b) / Math.max(1, Math.abs(b)));
    else expect(a).toEqual(b);
  }
  console.log(
    `${name}: step ${page.step}, loss ${page.loss}, farthest from the native numbers by ${worst.toExponential(1)}`,
  );
  expect(worst, name).toBeLessThan(1e-9);
}

/** Net and output as they are seen, small. */
async function picture(page: Page): Promise<PNG> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(150);
  const boxes = await Promise.all(["#net", "#output"].map((id) => page.locator(id).boundingBox()));
  const [net, output] = boxes as [NonNullable<(typeof boxes)[0]>, NonNullable<(typeof boxes)[0]>];
  const clip = { x: net.x, y: net.y, width: output.x + output.width - net.x, height: 470 };
  return PNG.sync.read(await page.screenshot({ clip, fullPage: true }));
}

const ending = (page: Page) =>
  page.evaluate((): Ending => {
    const { step, loss, test_loss, accuracy, diverged, params } = window.playground.frame()!;
    // in JSON, where the native numbers are, NaN is null
    return {
      step,
      loss: Number.isNaN(loss) ? null : loss,
      test_loss,
      accuracy,
      diverged: diverged?.message ?? null,
      params: [...params],
    };
  });

function compare(name: string, drawn: PNG): void {
  const path = join(folder, `${name}.png`);
  if (process.env.UPDATE || !existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, PNG.sync.write(drawn, { deflateLevel: 9 }));
    expect(process.env.UPDATE, `${path} was not there`).toBeTruthy();
    return;
  }
  const share = apart(drawn, PNG.sync.read(readFileSync(path)));
  console.log(`${name}: ${(100 * share).toFixed(2)} % of the pixels differ`);
  expect(share, `${name}: share of pixels that differ`).toBeLessThan(tolerance);
}

/** The share of pixels that differ so much that one sees it. */
function apart(a: PNG, b: PNG): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.25 }) / (a.width * a.height);
}

test("the comparison tells a net that learned from one that is stuck", () => {
  const known = (name: string) => PNG.sync.read(readFileSync(join(folder, `${name}.png`)));
  expect(apart(known("xor_lecture"), known("xor_stuck"))).toBeGreaterThan(tolerance);
});

for (const name of presets) {
  test(`${name} runs to its end`, async () => {
    const { steps } = JSON.parse(readFileSync(join(playground, "presets", `${name}.json`), "utf8")) as {
      steps: number;
    };
    const page = await open({ hash: `#preset=${name}`, deviceScaleFactor: 0.5 });
    expect((await page.locator(".story strong").textContent())?.length).toBeGreaterThan(2);
    await page.getByLabel("Speed").selectOption("0");
    await page.click("#run");
    await Promise.race([at(page, steps), page.locator("#loss .trouble").waitFor()]);
    await page.waitForFunction(() => document.querySelector("#run")?.getAttribute("aria-pressed") === "false");
    agree(name, await ending(page));
    compare(name, await picture(page));
    await close(page);
  });
}
