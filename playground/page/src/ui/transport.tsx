// The bar that rules time: run and pause, one step at a time in both directions, the slider over the past, the speed.

import { computed } from "@preact/signals";
import { useState } from "preact/hooks";
import { goTo, reset, run, setSpeed, walk } from "../actions";
import { fixed, thousands } from "../format";
import type { Walk } from "../protocol";
import { calm, preset, restoring, running, speed, step, view } from "../state";
import { t } from "../texts";
import { IconButton, Trouble } from "./fields";
import { Icon } from "./icons";

const walks: readonly Walk[] = ["epoch", "step", "sample", "layer"];
const speeds = [1, 3, 10, 30, 100, 1000, 0] as const;

/** `compact`: for a frame in another page, without the choice of stride and speed. */
export function Transport({ compact = false }: { compact?: boolean }) {
  const [what, setWhat] = useState<Walk>("step");
  const now = calm.value;
  const past = now?.past ?? { first: 0, last: 0 };
  const speedsShown = [...new Set([...speeds, speed.value])].sort((a, b) => (a || Infinity) - (b || Infinity));
  return (
    <section class={`transport ${compact ? "compact" : ""}`} aria-label={t("training")}>
      <button type="button" class="run" id="run" aria-pressed={running.value} onClick={() => run()}>
        <Icon name={running.value ? "pause" : "play"} />
        <span>{running.value ? t("pause") : t("run")}</span>
      </button>
      <IconButton icon="reset" label={t("reset")} class="framed" onClick={reset} />
      <div class="walk">
        <IconButton
          icon="back"
          label={t(`back_${what}`)}
          class="framed"
          disabled={step.value <= past.first && !now?.cursor}
          onClick={() => walk(what, false)}
        />
        {!compact && (
          <fieldset class="choice">
            <legend class="unseen">{t("walk")}</legend>
            {walks.map((each) => (
              <label key={each}>
                <input type="radio" name="walk" checked={what === each} onChange={() => setWhat(each)} />
                <span>{t(each)}</span>
              </label>
            ))}
          </fieldset>
        )}
        <IconButton icon="forward" label={t(`advance_${what}`)} class="framed" onClick={() => walk(what, true)} />
      </div>
      <div class="time">
        <span>
          {t("step_of")} <output id="step">{thousands(step.value)}</output>
          <small>
            {t("epoch_number", { epoch: fixed(now ? step.value / Math.max(1, now.steps_per_epoch) : 0, 1) })}
          </small>
          <Status />
        </span>
        <input
          type="range"
          aria-label={t("time_slider")}
          min={past.first}
          max={Math.max(past.last, past.first + 1)}
          value={step.value}
          disabled={past.last <= past.first}
          onInput={(event) => goTo(Number(event.currentTarget.value))}
        />
      </div>
      {!compact && (
        <label class="speed">
          <span>{t("speed")}</span>
          <select value={String(speed.value)} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
            {speedsShown.map((each) => (
              <option key={each} value={String(each)} selected={each === speed.value}>
                {each === 0 ? t("fastest") : t("per_second", { n: thousands(each) })}
              </option>
            ))}
          </select>
        </label>
      )}
      <Trouble place="page" />
    </section>
  );
}

/** Of the view, what is said in words; it changes twice a second at most. */
const status = computed(() => {
  calm.value;
  const now = view.peek();
  return { stopped: now?.stopped ?? null, stepsPerSecond: now?.stepsPerSecond ?? 0 };
});

/** What just happened: steps a second, why it stopped, where within a step one stands. */
function Status() {
  const { stopped, stepsPerSecond } = status.value;
  const cursor = calm.value?.cursor;
  let text = "";
  if (restoring.value) text = t("restoring", { step: thousands(step.value) });
  else if (cursor) {
    const place = { sample: cursor.sample + 1, of: cursor.of, phase: t(`phase_${cursor.phase}`) };
    text = cursor.layer === null ? t("within", place) : t("within_layer", { ...place, layer: cursor.layer });
  } else if (running.value) text = t("steps_per_second", { n: thousands(stepsPerSecond) });
  else if (stopped === "end" && preset.value) text = t("at_end", { step: thousands(preset.value.steps) });
  return (
    <span class="status" id="status" title={text}>
      {text}
    </span>
  );
}
