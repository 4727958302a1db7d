// Keyboard and screen reader reach everything; nothing serious is found by axe-core; every control does what it says
// without an error.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { close, numbers, open, runSome, settled, step, useBrowser } from "./browser";

useBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
}
interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const locale of ["en-US", "ko-KR"]) {
    test(`axe finds nothing serious: ${colorScheme}, ${locale}`, async () => {
      const page = await open({ colorScheme, locale, hash: "#preset=circles" });
      await runSome(page, 50);
      await page.locator("#net .toggle input").check();
      await page.locator('[data-unit="1/0"]').click();
      await page.waitForTimeout(500);
      expect(await serious(page)).toEqual([]);
      await page.click("#examples");
      expect(await serious(page)).toEqual([]);
      await close(page);
    });
  }
}

test("axe finds nothing serious: tables, digits, small screens, embedded", async () => {
  const page = await open({ viewport: { width: 360, height: 740 } });
  await page.locator('[data-set="digits-digits"]').check();
  await page.locator("#pad").waitFor();
  expect(await serious(page)).toEqual([]);
  await page.locator('[data-set="csv-csv"]').click();
  expect(await serious(page)).toEqual([]);
  await close(page);
  const embedded = await open({ query: "?embed", viewport: { width: 600, height: 500 } });
  expect(await serious(embedded)).toEqual([]);
  await close(embedded);
});

test("with the keys alone: run, pause, a step back, a unit, its weight, a preset", async () => {
  const page = await open();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // the skip link
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("run");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => window.playground.frame()!.step > 50);
  await page.keyboard.press("Space");
  const stopped = await settled(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // one step back
  await page.waitForFunction((before) => window.playground.frame()!.step === before - 1, stopped);

  await page.locator('.unit[tabindex="0"]').focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  const unit = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.unit);
  expect(unit?.startsWith("1/")).toBe(true);
  await page.keyboard.press("Enter");
  await page.locator("#explain fieldset.weights input").first().focus();
  await page.keyboard.type("0.5");
  await page.keyboard.press("Enter");

  await page.locator("#examples").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog.gallery[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog.gallery[open]").waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("examples");
  await close(page);
});

test("the tab key comes by every control and never is caught", async () => {
  const page = await open();
  const seen = new Set<string>();
  for (let count = 0; count < 150; count++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const now = document.activeElement as HTMLElement;
      return now === document.body
        ? null
        : `${now.tagName} ${now.id} ${now.getAttribute("aria-label") ?? now.textContent?.slice(0, 30)} ${(now as HTMLInputElement).name ?? ""}`;
    });
    if (name === null) break;
    seen.add(name);
  }
  const panels = await page.evaluate(() => document.querySelectorAll("button, input, select, a[href]").length);
  expect(seen.size).toBeGreaterThan(30);
  expect(panels).toBeGreaterThan(seen.size);
  await close(page);
});

test("a pause is announced, with its numbers", async () => {
  const page = await open();
  const stopped = await runSome(page, 100);
  const { loss } = await numbers(page);
  await expect
    .poll(() => page.textContent("#live"))
    .toBe(`Paused at step ${stopped.toLocaleString("en-US")}, loss ${loss.toFixed(3)}`);
  expect(await page.getAttribute("#picture", "aria-label")).toContain(`loss ${loss.toFixed(3)}`);
  await close(page);
});

test("every control is used once, and nothing breaks", async () => {
  const page = await open({ hash: "#preset=circles" });
  await page.getByRole("button", { name: "More …" }).click();
  await page.getByRole("button", { name: "More about hidden layer 1" }).click();
  const count = await page.locator("main button, main select, main input").count();
  expect(count).toBeGreaterThan(50);
  for (let index = 0; index < count; index++) {
    const control = page.locator("main button, main select, main input").nth(index);
    // what others took away in the meantime, such as a layer's own controls
    if ((await control.count()) === 0) break;
    await control.evaluate((element) => {
      const change = (name: string) => element.dispatchEvent(new Event(name, { bubbles: true }));
      if (element instanceof HTMLSelectElement) {
        element.selectedIndex = (element.selectedIndex + 1) % element.options.length;
        change("change");
      } else if (element instanceof HTMLInputElement && element.type === "range") {
        element.value = String((Number(element.min) + Number(element.max)) / 2);
        change("input");
      } else if (element instanceof HTMLInputElement && /radio|checkbox/.test(element.type)) element.click();
      else if (element instanceof HTMLInputElement && element.type !== "file") {
        element.value = element.type === "number" ? "2" : "1";
        change("input");
        change("change");
      } else if (element instanceof HTMLButtonElement) element.click();
    });
    await page.waitForTimeout(40);
  }
  await page.keyboard.press("Escape");
  await page.waitForTimeout(500);
  expect(await step(page)).toBeGreaterThanOrEqual(0);
  for (const id of ["#examples", "#copy-link", ".top button.icon", ".lang label:last-child input"]) {
    await page.locator(id).first().click({ force: true });
    await page.keyboard.press("Escape");
  }
  expect(await page.getAttribute("html", "lang")).toBe("ko");
  await close(page);
});
