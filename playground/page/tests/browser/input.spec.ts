// Bad input gets a sentence beside where it came from, and loses nothing.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { close, open, runSome, settings, step, useBrowser } from "./browser";

useBrowser();

async function table(page: Page, text: string): Promise<void> {
  await page.locator("#csv-dialog textarea").fill(text);
}

test("tables that can't be learned from", async () => {
  const page = await open();
  const stopped = await runSome(page, 50);
  const before = await settings(page);
  await page.locator('[data-set="csv-csv"]').click();
  const trouble = page.locator("#csv-dialog .trouble");
  for (const text of [
    "",
    "only,a,header\n",
    "a,b\n1,x\n2\n3,y,z\n",
    "a,kind\n1,one\n2,one\n3,one\n",
    "kind\nyes\nno\n",
  ]) {
    await table(page, text);
    await page.waitForTimeout(300);
    await page.locator("#csv-use").click();
    await trouble.waitFor();
    expect((await trouble.textContent())!.length).toBeGreaterThan(15);
    expect(await settings(page)).toEqual(before);
    // what was typed is still there
    expect(await page.locator("#csv-dialog textarea").inputValue()).toBe(text);
  }
  expect(await step(page)).toBe(stopped);
  await page.locator("#csv-dialog > header button").click();
  await expect.poll(() => page.locator('[data-set="csv-csv"]').isChecked()).toBe(false);
  await close(page);
});

test("a table of a million rows is refused or learned, and the page stays alive", async () => {
  const page = await open();
  await page.locator('[data-set="csv-csv"]').click();
  const buffer = Buffer.from(`a,b,kind\n${"1,2,x\n3,4,y\n".repeat(500_000)}`);
  await page.locator("#csv-dialog input[type=file]").setInputFiles({ name: "large.csv", mimeType: "text/csv", buffer });
  await page.getByText("too long to be shown").waitFor();
  await page.locator("#csv-dialog .trouble, #csv-dialog caption").first().waitFor({ timeout: 30_000 });
  await page.locator("#csv-dialog > header").getByRole("button", { name: "Close" }).click();
  await runSome(page, 20);
  await close(page);
});

test("numbers that are none stay in their field, with a sentence beside it", async () => {
  const page = await open();
  const before = await settings(page);
  for (const [label, text] of [
    ["Learning rate", "fast"],
    ["Learning rate", "-1"],
    ["Learning rate", "0"],
    ["Batch size", "2.5"],
    ["Batch size", ""],
    ["Seed of the weights", "99999999999"],
    ["Seed of the data", "x"],
  ] as const) {
    const field = page.getByLabel(label);
    await field.fill(text);
    await field.press("Enter");
    await page.locator(".field", { has: field }).locator(".trouble").waitFor();
    expect(await field.inputValue()).toBe(text);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
  }
  expect(await settings(page)).toEqual(before);
  await close(page);
});

test("the last input can't be taken away", async () => {
  const page = await open();
  await page.getByLabel("x₁", { exact: true }).uncheck();
  await page.waitForFunction(() => window.playground.settings()!.inputs.length === 1);
  await page.getByLabel("x₂", { exact: true }).click();
  await page.locator("#data .trouble").waitFor();
  expect((await settings(page)).inputs).toEqual(["x2"]);
  await expect.poll(() => page.getByLabel("x₂", { exact: true }).isChecked()).toBe(true);
  await close(page);
});

test("a training that runs away says so, and keeps its last finite weights", async () => {
  const page = await open();
  await page.locator('[data-set="curve-parabola"]').check();
  await page.getByLabel("Learning rate").fill("1000000");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.playground.settings()!.optimizer.rate === 1e6);
  await page.click("#run");
  await page.locator("#loss .trouble").waitFor();
  const finite = await page.evaluate(() => window.playground.frame()!.params.every(Number.isFinite));
  expect(finite).toBe(true);
  expect(await page.textContent("#run")).toContain("Run");
  await close(page);
});
