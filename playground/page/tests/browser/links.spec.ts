// Links bring a picture back to the last digit; what can't be read gets a sentence and loses nothing.

import { deflateSync, strToU8 } from "fflate";
import { expect, test } from "vitest";
import { at, close, numbers, open, runSome, settings, settled, step, useBrowser } from "./browser";

useBrowser();

test("the copied link brings back the same digits, with what was changed on the way", async () => {
  const page = await open();
  await page.locator('[data-set="planar-moons"]').check();
  await page.waitForFunction(() => JSON.stringify(window.playground.settings()!.data).includes("moons"));
  await runSome(page, 200);
  await page.getByLabel("Learning rate").fill("0.05");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.playground.frame()!.rate === 0.05);
  await runSome(page, 100);
  await page.locator('[data-weight="0.weight/1/2"]').dispatchEvent("click");
  const field = page.locator('[data-weight-field="0.weight/1/2"]');
  await field.fill("-0.5");
  await field.press("Enter");
  await page.waitForFunction(() => window.playground.settings()!.edits.length === 1);
  const stopped = await runSome(page, 150);
  const there = await numbers(page);
  await page.click("#copy-link");
  await page.getByText("Link copied").waitFor();
  const hash = new URL(await page.evaluate(() => navigator.clipboard.readText())).hash;
  await close(page);

  const other = await open({ hash });
  await at(other, stopped);
  expect(await numbers(other)).toEqual(there);
  await close(other);
});

test("a link to a preset opens it, also when only the hash changes", async () => {
  const page = await open({ hash: "#preset=circles" });
  expect((await settings(page)).data).toMatchObject({ kind: "planar", set: "circles" });
  await page.evaluate(() => {
    location.hash = "#preset=nothing";
  });
  await page.getByText("There is no example named “nothing” here.").waitFor();
  expect((await settings(page)).data).toMatchObject({ set: "circles" });
  await close(page);
});

test("a link to a far step is seen on its way, and can be paused", async () => {
  const page = await open();
  const { encode } = await import("../../src/link");
  const hash = encode({ settings: await settings(page), step: 999_999_999_999 });
  await close(page);
  const other = await open({ hash });
  await other.getByText("Running to the step of the link").waitFor();
  await other.click("#run");
  expect(await settled(other)).toBeGreaterThan(0);
  expect(await other.textContent("#run")).toContain("Run");
  expect(await other.textContent("#status")).toBe("");
  await close(other);
});

test("broken links, and those of a later version, get a sentence; the net stays", async () => {
  const page = await open();
  const stopped = await runSome(page, 50);
  for (const [hash, sentence] of [
    ["#s=1.5.AAAA", "can't be read"],
    ["#s=9.5.AAAA", "newer playground"],
    ["#s=", "can't be read"],
  ] as const) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, hash);
    await page.locator(".notice").filter({ hasText: sentence }).waitFor();
    expect(await step(page)).toBe(stopped);
  }
  await close(page);
});

test("a link of settings that make no sense is refused by the core, in its words", async () => {
  const page = await open();
  const stopped = await runSome(page, 50);
  const now = await settings(page);
  const bad = { ...now, layers: [{ ...now.layers[0]!, units: 100_000 }] };
  // without the dictionary of link.ts it is no link of ours, so the page's own way of packing is used
  const { encode } = await import("../../src/link");
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    encode({ settings: bad, step: 3 }),
  );
  await page.locator(".transport .trouble").waitFor();
  expect(await step(page)).toBe(stopped);
  expect((await settings(page)).layers).toEqual(now.layers);
  const other = btoa(String.fromCharCode(...deflateSync(strToU8("{}"))));
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    `#s=1.0.${other.replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_")}`,
  );
  await page.locator(".notice").waitFor();
  await close(page);
});

test("embedded, there is the small form, and a way out of it", async () => {
  const page = await open({ hash: "#preset=circles&embed", viewport: { width: 720, height: 560 } });
  expect(await page.locator("header.top").count()).toBe(0);
  await runSome(page, 20);
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#open-window")]);
  await popup.waitForLoadState();
  expect(await popup.locator("header.top").count()).toBe(1);
  await close(page);
});
