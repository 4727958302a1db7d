// Loss and accuracy as numbers, and their course as curves.

import { useSignal } from "@preact/signals";
import { classColor, css, ink, zoom } from "../colors";
import type { Frame } from "../contract";
import { axes } from "../draw";
import { fixed, percent, significant, thousands } from "../format";
import { dark } from "../prefs";
import { calm, selected, step } from "../state";
import { t } from "../texts";
import { useCanvas } from "./canvas";
import { Check, Panel, Trouble } from "./fields";

export function NumbersPanel() {
  const now = calm.value;
  const log = useSignal(false);
  if (!now) return null;
  return (
    <Panel
      id="loss"
      title={t("loss_curves")}
      class="loss"
      aside={<Check class="toggle" label={t("log_scale")} checked={log.value} onChange={(on) => (log.value = on)} />}
    >
      <Curves log={log.value} />
      {now.diverged && <Diverged />}
      <p class="muted small">{t("rate_now", { rate: significant(now.rate, 3) })}</p>
      <Trouble place="loss-panel" />
    </Panel>
  );
}

/** Loss and accuracy, now. */
export function Figures() {
  const now = calm.value;
  if (!now) return null;
  const chosen = selected.value.what === "loss";
  return (
    <dl class="figures">
      <div>
        <dt>{t("train_loss")}</dt>
        <dd>
          <button
            type="button"
            class="figure"
            id="train-loss"
            aria-pressed={chosen}
            title={t("explain_loss")}
            onClick={() => (selected.value = { what: "loss" })}
          >
            {fixed(now.loss, 4)}
          </button>
        </dd>
      </div>
      {now.test_loss !== null && (
        <div>
          <dt>{t("test_loss")}</dt>
          <dd class="test">{fixed(now.test_loss, 4)}</dd>
        </div>
      )}
      {now.accuracy !== null && (
        <div>
          <dt>{t("accuracy")}</dt>
          <dd id="accuracy">{percent(now.accuracy)}</dd>
        </div>
      )}
      {now.test_accuracy !== null && (
        <div>
          <dt>{t("test_accuracy")}</dt>
          <dd class="test">{percent(now.test_accuracy)}</dd>
        </div>
      )}
    </dl>
  );
}

function Diverged() {
  return (
    <p class="trouble" role="alert">
      {t("diverged")} {calm.value?.diverged?.message}
    </p>
  );
}

const margins = () => ({ left: 42 * zoom(), right: 8, top: 8, bottom: 24 * zoom() });

function Curves({ log }: { log: boolean }) {
  const logged = useSignal(log);
  const at = useSignal<number | null>(null);
  if (logged.peek() !== log) logged.value = log;
  const ref = useCanvas((context, width, height) => {
    const history = calm.value?.history;
    if (!history || history.step.length === 0) return;
    const isDark = dark.value;
    const colors = ink(isDark);
    const margin = margins();
    const scale = logged.value ? (x: number) => Math.log10(Math.max(x, 1e-12)) : (x: number) => x;
    const box = {
      x: margin.left,
      y: margin.top,
      width: width - margin.left - margin.right,
      height: height - margin.top - margin.bottom,
    };
    const all = [...history.loss, ...history.test_loss].filter(Number.isFinite).map(scale);
    const high = Math.max(...all);
    const low = logged.value ? Math.min(...all) : 0;
    const top = high > low ? high + 0.05 * (high - low) : low + 1;
    const last = Math.max(1, history.step[history.step.length - 1]!);
    axes(context, box, [0, last, low, top], colors);
    const line = (values: number[], color: string, dash: number[]) => {
      context.beginPath();
      values.forEach((value, index) => {
        const x = box.x + (box.width * history.step[index]!) / last;
        const y = box.y + box.height * (1 - (scale(value) - low) / (top - low));
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.setLineDash(dash);
      context.strokeStyle = color;
      context.lineWidth = 2;
      context.lineJoin = "round";
      context.stroke();
      context.setLineDash([]);
    };
    line(history.test_loss, css(classColor(1, isDark)), [5, 3]);
    line(history.loss, css(classColor(0, isDark)), []);
    if (at.value !== null) {
      const x = box.x + (box.width * history.step[at.value]!) / last;
      context.strokeStyle = colors.muted;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x, box.y);
      context.lineTo(x, box.y + box.height);
      context.stroke();
    }
  });
  const point = (event: PointerEvent) => {
    const history = calm.value?.history;
    if (!history?.step.length) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    const margin = margins();
    const part = (event.offsetX - margin.left) / (canvas.clientWidth - margin.left - margin.right);
    const wanted = part * history.step[history.step.length - 1]!;
    let best = 0;
    history.step.forEach((each, index) => {
      if (Math.abs(each - wanted) < Math.abs(history.step[best]! - wanted)) best = index;
    });
    at.value = best;
  };
  const now = calm.value;
  const label = now ? t("curves_label", { step: thousands(step.value), loss: fixed(now.loss, 3) }) : t("loss_curves");
  return (
    <>
      <canvas
        ref={ref}
        class="curves"
        role="img"
        aria-label={label}
        onPointerMove={point}
        onPointerLeave={() => (at.value = null)}
      />
      <p class="legend">
        <Key history={now?.history ?? null} at={at.value} />
      </p>
    </>
  );
}

/** What the lines are, and what they were where the pointer is. */
function Key({ history, at }: { history: Frame["history"] | null; at: number | null }) {
  const here = history && at !== null && at < history.step.length ? at : null;
  const value = (values: number[]) => (here === null || values[here] === undefined ? "" : ` ${fixed(values[here], 4)}`);
  return (
    <>
      <span class="key train">
        {t("training_data")}
        {history && value(history.loss)}
      </span>
      {history && history.test_loss.length > 0 && (
        <span class="key test">
          {t("test_data")}
          {value(history.test_loss)}
        </span>
      )}
      {here !== null && <span class="muted">{t("at_step", { step: thousands(history!.step[here]!) })}</span>}
    </>
  );
}
