// A real browser with the built file from disk; every error that the page reports makes a test fail.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

export const target = resolve(import.meta.dirname, "../../../..", process.env.CARGO_TARGET_DIR ?? "target");
export const file = pathToFileURL(resolve(target, "playground.html")).href;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

let browser: Browser;
const errors: string[] = [];

/** Starts a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
  });
}

export interface Options extends BrowserContextOptions {
  hash?: string;
  query?: string;
}

export async function open({ hash = "", query = "", ...options }: Options = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    colorScheme: "light",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  errors.length = 0;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (/^(https?|ws)/.test(request.url())) errors.push(`asked the network for ${request.url()}`);
  });
  await page.goto(file + query + hash);
  await page.evaluate(() => window.playground.ready);
  await page.waitForFunction(() => window.playground.frame() !== null);
  return page;
}

/** Closes the page, if nothing went wrong in it. */
export async function close(page: Page): Promise<void> {
  await page.context().close();
  expect(errors).toEqual([]);
}

export const step = (page: Page) => page.evaluate(() => window.playground.frame()!.step);
export const settings = (page: Page) => page.evaluate(() => window.playground.settings()!);

/** All numbers that a picture is made of. */
export const numbers = (page: Page) =>
  page.evaluate(() => {
    const { step, loss, test_loss, accuracy, params } = window.playground.frame()!;
    return { step, loss, test_loss, accuracy, params: [...params] };
  });

/** Waits for a drawn frame of that step. */
export async function at(page: Page, wanted: number): Promise<void> {
  await page.waitForFunction((wanted) => window.playground.frame()?.step === wanted, wanted, { timeout: 45_000 });
}

/** Runs for some steps, then pauses; returns where it stands. */
export async function runSome(page: Page, steps: number): Promise<number> {
  const from = await step(page);
  await page.click("#run");
  await page.waitForFunction((least) => window.playground.frame()!.step >= least, from + steps);
  // an example may have ended by itself
  while ((await page.getAttribute("#run", "aria-pressed")) === "true") {
    await page.click("#run");
    await page.waitForTimeout(100);
  }
  return settled(page);
}

/** The step when it no longer changes. */
export async function settled(page: Page): Promise<number> {
  for (let last = -1; ; ) {
    const now = await step(page);
    if (now === last) return now;
    last = now;
    await page.waitForTimeout(120);
  }
}
