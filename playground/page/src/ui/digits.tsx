// A pad to draw digits on, with mouse, finger or keys, and what the net takes them for.

import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { changeData, engine } from "../actions";
import { paintInk } from "../draw";
import { percent } from "../format";
import { dark } from "../prefs";
import { sample, settings, structure, view } from "../state";
import { t } from "../texts";
import { Pixels, useCanvas } from "./canvas";
import { IconButton } from "./fields";

export function Digits() {
  const now = structure.value!;
  const side = Math.round(Math.sqrt(now.positions[0]!.units));
  const values = useSignal<number[]>(new Array(side * side).fill(0));
  const answers = useSignal<number[]>([]);
  const label = useSignal(0);
  const cell = useSignal<number | null>(null);
  const pixels = useMemo(() => new Pixels(), []);
  const drawing = useRef(false);

  const ref = useCanvas((context, width, height) => {
    paintInk(pixels.room(side), values.value, dark.value);
    pixels.drawTo(context, 0, 0, width, height, false);
    if (cell.value !== null) {
      const [x, y] = [cell.value % side, Math.floor(cell.value / side)];
      context.strokeStyle = "#d55e00";
      context.lineWidth = 2;
      context.strokeRect((x * width) / side + 1, (y * height) / side + 1, width / side - 2, height / side - 2);
    }
  });
  // the net is asked again for each stroke, and at most ten times a second while it learns
  useEffect(() => {
    let at = 0;
    let pending = false;
    return effect(() => {
      view.value;
      const drawn = values.value;
      if (pending || !drawn.some((x) => x > 0)) return;
      pending = true;
      setTimeout(
        async () => {
          at = performance.now();
          pending = false;
          answers.value = await engine.ask("predict", values.peek()).catch(() => []);
        },
        Math.max(0, 100 - (performance.now() - at)),
      );
    });
  }, []);

  /** Ink at a place of the pad, in cells; soft at the edge, in sixteenths as the digits of the set are. */
  const stroke = (x: number, y: number) => {
    values.value = values.value.map((old, index) => {
      const distance = Math.hypot((index % side) + 0.5 - x, Math.floor(index / side) + 0.5 - y);
      const ink = Math.min(1, Math.max(0, 1.25 - distance));
      return Math.max(old, Math.round(16 * ink) / 16);
    });
  };
  const move = (event: PointerEvent) => {
    if (!drawing.current) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const box = canvas.getBoundingClientRect();
      stroke(((each.clientX - box.left) / box.width) * side, ((each.clientY - box.top) / box.height) * side);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const at = cell.value ?? 0;
    const [x, y] = [at % side, Math.floor(at / side)];
    const next: Record<string, number> = {
      ArrowLeft: x > 0 ? at - 1 : at,
      ArrowRight: x < side - 1 ? at + 1 : at,
      ArrowUp: y > 0 ? at - side : at,
      ArrowDown: y < side - 1 ? at + side : at,
    };
    if (event.key in next) cell.value = next[event.key]!;
    else if (event.key === " " || event.key === "Enter") {
      values.value = values.value.map((old, index) => (index === at ? (old > 0 ? 0 : 1) : old));
    } else return;
    event.preventDefault();
  };
  const clear = () => {
    values.value = values.value.map(() => 0);
    answers.value = [];
  };
  const add = async () => {
    const data = settings.value!.data;
    if (data.kind !== "digits") return;
    await changeData({ ...data, drawn: [...data.drawn, { pixels: values.value, label: label.value }] });
  };
  const empty = !values.value.some((x) => x > 0);
  const names = now.class_names;
  // as long as nothing is drawn, what the net says of the sample that is looked at
  const activations = view.value?.activations;
  const shown = empty ? (activations?.[activations.length - 1] ?? []) : answers.value;
  const best = shown.indexOf(Math.max(...shown));
  const truth = now.train.labels?.[sample.value];
  return (
    <div class="digits">
      <div class="pad">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: drawn on, with the keys too */}
        <canvas
          ref={ref}
          id="pad"
          role="application"
          tabIndex={0}
          aria-label={t("pad_label")}
          onPointerDown={(event) => {
            drawing.current = true;
            cell.value = null;
            event.currentTarget.setPointerCapture(event.pointerId);
            move(event);
          }}
          onPointerMove={move}
          onPointerUp={() => (drawing.current = false)}
          onPointerCancel={() => (drawing.current = false)}
          onKeyDown={keys}
          onFocus={(event) => {
            if (event.currentTarget.matches(":focus-visible")) cell.value = cell.value ?? 0;
          }}
          onBlur={() => (cell.value = null)}
        />
        {empty && <p class="hint">{t("draw_here")}</p>}
      </div>
      {empty && truth !== undefined && (
        <p class="muted small">{t("of_sample", { n: sample.value + 1, label: names[truth] ?? "" })}</p>
      )}
      <ol class="answers" aria-label={t("answers")}>
        {names.map((name, index) => {
          const p = shown[index] ?? 0;
          return (
            <li key={name} class={index === best ? "best" : ""}>
              <span>{name}</span>
              <i style={{ width: `${100 * p}%` }} aria-hidden="true" />
              <span>{percent(p)}</span>
            </li>
          );
        })}
      </ol>
      <div class="row wrap">
        <IconButton icon="erase" class="framed" label={t("clear")} onClick={clear} />
        <label class="inline">
          {t("it_is")}{" "}
          <select value={String(label.value)} onChange={(event) => (label.value = Number(event.currentTarget.value))}>
            {names.map((name, index) => (
              <option key={name} value={String(index)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" id="add-digit" disabled={empty} onClick={add}>
          {t("add_sample")}
        </button>
      </div>
    </div>
  );
}
