// The beginning: the core is loaded, then the page is there; tests read its numbers from `window.playground`.

import { render } from "preact";
import { start } from "./actions";
import { App } from "./app";
import type { Settings } from "./contract";
import type { Frame } from "./core";
import { missing } from "./engine";
import { applyPrefs } from "./prefs";
import * as state from "./state";
import { t } from "./texts";

declare global {
  interface Window {
    playground: { ready: Promise<void>; settings: () => Settings | null; frame: () => Frame | null };
  }
}

applyPrefs();
const root = document.getElementById("app")!;
const lacking = missing();
if (lacking) {
  root.textContent = t("browser_lacks", { what: lacking });
} else {
  render(<App />, root);
  const ready = start();
  ready.catch((error) => {
    root.textContent = t("core_failed", { message: error instanceof Error ? error.message : String(error) });
  });
  window.playground = { ready, settings: () => state.settings.value, frame: () => state.frame.value };
}
