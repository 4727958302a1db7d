// Frames and steps a second while 2-8-1 is drawn: printed, because they say as much about the computer as about the page.

import { test } from "vitest";
import { close, open, useBrowser } from "./browser";

useBrowser();

test("how fast", async () => {
  const page = await open();
  await page.click("#run");
  await page.waitForTimeout(1000);
  const figures = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const frame = () => window.playground.frame()!.step;
        const [from, start] = [frame(), performance.now()];
        let [frames, views, last] = [0, 0, from];
        const tick = () => {
          frames++;
          const now = frame();
          views += Number(now !== last);
          last = now;
          const seconds = (performance.now() - start) / 1000;
          if (seconds < 3) requestAnimationFrame(tick);
          else {
            const per = (count: number) => Math.round(count / seconds).toLocaleString("en-US");
            resolve(
              `2-8-1: ${per(last - from)} steps a second, drawn ${per(views)} times a second at ${per(frames)} frames`,
            );
          }
        };
        requestAnimationFrame(tick);
      }),
  );
  console.log(figures);
  await close(page);
});
