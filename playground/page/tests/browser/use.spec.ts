// What a person does with the page, and what follows.

import { expect, test } from "vitest";
import { at, close, numbers, open, runSome, settings, settled, step, useBrowser } from "./browser";

useBrowser();

test("one click runs; the next pauses; numbers and curves follow", async () => {
  const page = await open();
  const before = await numbers(page);
  expect(before.step).toBe(0);
  const stopped = await runSome(page, 500);
  expect(stopped).toBeGreaterThanOrEqual(500);
  const after = await numbers(page);
  expect(after.loss).toBeLessThan(before.loss);
  expect(await page.textContent("#train-loss")).toBe(after.loss.toFixed(4));
  expect(await page.textContent("#step")).toBe(stopped.toLocaleString("en-US"));
  await close(page);
});

test("steps, epochs, samples and layers, forwards and backwards, end where they began", async () => {
  const page = await open();
  const start = await numbers(page);
  await page.getByRole("button", { name: "One step forwards" }).click();
  await at(page, 1);
  const one = await numbers(page);
  expect(one.params).not.toEqual(start.params);
  await page.getByRole("button", { name: "One step back" }).click();
  await at(page, 0);
  expect(await numbers(page)).toEqual(start);

  await page.getByLabel("epoch", { exact: true }).check();
  await page.getByRole("button", { name: "One epoch forwards" }).click();
  await page.waitForFunction(() => window.playground.frame()!.step === window.playground.frame()!.steps_per_epoch);
  await page.getByRole("button", { name: "One epoch back" }).click();
  await at(page, 0);
  expect(await numbers(page)).toEqual(start);

  await page.getByLabel("layer", { exact: true }).check();
  await page.getByRole("button", { name: "One layer forwards" }).click();
  await page.waitForFunction(() => window.playground.frame()!.cursor !== null);
  expect(await page.textContent("#status")).toMatch(/Sample 1 of \d+: forward, layer 0/);
  await page.getByRole("button", { name: "One layer back" }).click();
  await page.waitForFunction(() => window.playground.frame()!.cursor === null);
  await page.getByRole("radio", { name: "sample" }).check();
  // the samples of a batch, then the update: what a step does, to the last digit
  for (let count = 0; (await step(page)) === 0 && count < 40; count++) {
    await page.getByRole("button", { name: "One sample forwards" }).click();
    await page.waitForTimeout(60);
  }
  expect((await numbers(page)).params).toEqual(one.params);
  await close(page);
});

test("the slider goes back in time and forwards again to the same digits", async () => {
  const page = await open();
  const last = await runSome(page, 400);
  const there = await numbers(page);
  const slider = page.getByLabel("Step: back into the training's past");
  await slider.fill("120");
  await at(page, 120);
  const then = await numbers(page);
  await slider.fill(String(last));
  await at(page, last);
  expect(await numbers(page)).toEqual(there);
  await slider.fill("120");
  await at(page, 120);
  expect(await numbers(page)).toEqual(then);
  await close(page);
});

test("a speed holds", async () => {
  const page = await open();
  await page.getByLabel("Speed").selectOption("100");
  await page.click("#run");
  await page.waitForTimeout(2000);
  await page.click("#run");
  const steps = await settled(page);
  expect(steps).toBeGreaterThan(60);
  expect(steps).toBeLessThan(400);
  await page.getByRole("button", { name: "Start again from step 0" }).click();
  await at(page, 0);
  await close(page);
});

test("layers and units come and go, and the net is built anew", async () => {
  const page = await open();
  const layers = async () => (await settings(page)).layers.map(({ units }) => units);
  const count = (await layers()).length;
  await page.getByRole("button", { name: "Add a layer" }).click();
  await page.waitForFunction((count) => window.playground.settings()!.layers.length === count + 1, count);
  const [first] = await layers();
  await page.getByRole("button", { name: "One unit more in hidden layer 1" }).click();
  await page.waitForFunction((units) => window.playground.settings()!.layers[0]!.units === units + 1, first!);
  expect(await page.locator('[data-unit^="1/"]').count()).toBe(first! + 1);
  await page.getByLabel("Activation of hidden layer 1").selectOption("relu");
  await page.waitForFunction(() => window.playground.settings()!.layers[0]!.activation === "relu");
  await page.getByRole("button", { name: "More about hidden layer 2" }).click();
  await page.getByLabel("Dropout").fill("0.3");
  await page.waitForFunction(() => window.playground.settings()!.layers[1]!.dropout === 0.3);
  await page.getByRole("button", { name: "Remove this layer" }).click();
  await page.waitForFunction((count) => window.playground.settings()!.layers.length === count, count);
  for (let left = count; left > 0; left--) {
    await page.getByRole("button", { name: "Remove the last layer" }).click();
    await page.waitForFunction((left) => window.playground.settings()!.layers.length === left - 1, left);
  }
  await runSome(page, 10);
  await close(page);
});

test("the rate changes on the way, everything else begins anew", async () => {
  const page = await open();
  const stopped = await runSome(page, 100);
  await page.getByLabel("Learning rate").fill("0.005");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.playground.frame()!.rate === 0.005);
  expect(await step(page)).toBe(stopped);
  await page.getByLabel("Batch size").fill("20");
  await page.keyboard.press("Enter");
  await at(page, 0);
  expect((await settings(page)).batch_size).toBe(20);
  await close(page);
});

test("a line and a unit are clicked and explained; a weight is changed by hand", async () => {
  const page = await open();
  await page.locator('[data-weight="0.weight/0/0"]').dispatchEvent("click");
  await page.getByText("Weight W0₁₁").waitFor();
  await page.locator("#explain code").filter({ hasText: "W0₁₁" }).first().waitFor();
  const field = page.locator('[data-weight-field="0.weight/0/0"]');
  await field.fill("1.25");
  await field.press("Enter");
  await page.waitForFunction(() => window.playground.frame()!.params[0] === 1.25);
  expect((await settings(page)).edits).toEqual([{ step: 0, param: "0.weight", row: 0, column: 0, value: 1.25 }]);
  await field.fill("seven");
  await field.press("Enter");
  await page.locator("#explain .trouble").waitFor();
  expect((await numbers(page)).params[0]).toBe(1.25);

  await page.locator('[data-unit="1/1"]').click();
  await page.locator("#explain").getByText("Hidden layer 1, unit 2").waitFor();
  await page.locator("#explain code").filter({ hasText: "a1₂" }).first().waitFor();
  await page.locator("#train-loss").click();
  await page.locator("#explain").getByText("The loss", { exact: true }).waitFor();
  await page.locator("#explain").getByRole("button", { name: "Copy" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("=");
  await close(page);
});

test("numbers stand where colours do", async () => {
  const page = await open();
  await page.locator("#net").getByLabel("Numbers").check();
  const weight = (await numbers(page)).params[0]!;
  const label = page.locator("#net svg text").first();
  await expect.poll(() => label.textContent()).toBe(weight.toFixed(2).replace("-", "−"));
  await page.locator('[data-weight="0.weight/0/0"]').dispatchEvent("pointerover");
  await expect.poll(() => page.textContent(".readout")).toContain("W0₁₁ = ");
  await page.locator('[data-unit="1/0"]').hover();
  await expect.poll(() => page.textContent("#output h2")).toBe("Hidden layer 1, unit 1");
  await close(page);
});

test("data, noise, share, inputs: each builds anew and says how many samples there are", async () => {
  const page = await open();
  for (const set of ["planar-moons", "planar-spirals", "planar-blobs", "gate-gate", "curve-sine", "surface-gaussian"]) {
    await page.locator(`[data-set="${set}"]`).check();
    await page.waitForFunction((kind) => window.playground.settings()!.data.kind === kind, set.split("-")[0]!);
    await runSome(page, 5);
  }
  await page.locator('[data-set="planar-circles"]').check();
  await page.getByLabel(/^Noise/).fill("0.2");
  await page.getByLabel(/^Kept for testing/).fill("0.5");
  await page.getByLabel("x₁²").check();
  await page.waitForFunction(() => window.playground.settings()!.inputs.length === 3);
  const now = await settings(page);
  expect(now.data).toMatchObject({ set: "circles", noise: 0.2 });
  expect(now.test_share).toBe(0.5);
  await page.getByText("100 to train, 100 to test").waitFor();
  await close(page);
});

test("what is taken along: program, model, pictures", async () => {
  const page = await open();
  await runSome(page, 50);
  const take = page.locator("#take");
  await take.getByRole("button", { name: "Rust program" }).click();
  await take.locator("pre").filter({ hasText: "fn main()" }).waitFor();
  for (const name of ["main.rs", "Model file", "Output as SVG", "Net as SVG", "Loss as SVG"]) {
    const [download] = await Promise.all([page.waitForEvent("download"), take.getByRole("button", { name }).click()]);
    expect(download.suggestedFilename()).toMatch(/\.(rs|svg|chainrule)$/);
  }
  await close(page);
});

test("digits are drawn, judged and added", async () => {
  const page = await open();
  await page.locator('[data-set="digits-digits"]').check();
  await page.locator("#pad").waitFor();
  const box = (await page.locator("#pad").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
  await page.mouse.down();
  for (let part = 0.2; part < 0.85; part += 0.05)
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * part);
  await page.mouse.up();
  await page.locator(".answers .best").waitFor();
  await page.getByLabel("It is a").selectOption("1");
  await page.getByRole("button", { name: "Add it to the data" }).click();
  await page.waitForFunction(() => {
    const { data } = window.playground.settings()!;
    return data.kind === "digits" && data.drawn.length === 1 && data.drawn[0]!.label === 1;
  });
  // with the keys: a cell under the cursor
  await page.getByRole("button", { name: "Clear the pad" }).click();
  await page.locator("#pad").press("ArrowRight");
  await page.locator("#pad").press(" ");
  await page.locator(".answers .best").waitFor();
  await runSome(page, 20);
  await close(page);
});

test("a table is pasted, looked at and learned", async () => {
  const page = await open();
  await page.locator('[data-set="csv-csv"]').click();
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${(i * 7) % 11},${i < 30 ? "low" : "high"}`);
  await page.locator("#csv-dialog textarea").fill(["a,b,kind", ...rows].join("\n"));
  await page.getByText("60 rows, 3 columns").waitFor();
  await page.locator("#csv-use").click();
  await page.waitForFunction(() => window.playground.settings()!.data.kind === "csv");
  await runSome(page, 200);
  expect((await numbers(page)).accuracy).toBeGreaterThan(0.8);
  await close(page);
});
