// The picture of what the net answers: regions of the plane, a curve, or digits; of the unit that is looked at, its own.

import { signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { redraw } from "../actions";
import { classColor, css, ink, paper, signColor, zoom } from "../colors";
import type { Structure } from "../contract";
import { axes, type Box, curve, dot, paintRegions, paintUnit } from "../draw";
import { fixed, percent, short } from "../format";
import { dark } from "../prefs";
import type { View } from "../protocol";
import * as state from "../state";
import { t, unitTitle } from "../texts";
import { Answers } from "./answers";
import { Pixels, useCanvas } from "./canvas";
import { Digits } from "./digits";
import { SampleChoice } from "./explain";
import { Check, Panel } from "./fields";
import { Figures } from "./numbers";

export function OutputPanel() {
  const structure = state.structure.value;
  const showTest = useSignal(false);
  const sharp = useSignal(false);
  if (!structure) return null;
  const looked = state.looked.value;
  const title = looked ? unitTitle(structure, looked.position, looked.unit) : t("output");
  return (
    <Panel
      id="output"
      title={title}
      class="output"
      aside={(structure.picture === "digits" || structure.picture === "none") && <SampleChoice />}
    >
      <Figures />
      {structure.picture === "digits" ? (
        <Digits />
      ) : structure.picture === "none" ? (
        <Answers />
      ) : (
        <>
          <Picture showTest={showTest.value} sharp={sharp.value} />
          <Pointed structure={structure} />
          <Legend structure={structure} />
          <div class="row wrap">
            {structure.test.inputs.length > 0 && (
              <Check label={t("show_test")} checked={showTest.value} onChange={(on) => (showTest.value = on)} />
            )}
            {structure.picture === "plane" && (
              <Check label={t("sharp")} checked={sharp.value} onChange={(on) => (sharp.value = on)} />
            )}
          </div>
        </>
      )}
    </Panel>
  );
}

function Picture(props: { showTest: boolean; sharp: boolean }) {
  const pixels = useMemo(() => new Pixels(), []);
  const options = useSignal(props);
  if (options.peek().showTest !== props.showTest || options.peek().sharp !== props.sharp) options.value = props;
  const ref = useCanvas((context, width, height) => {
    const structure = state.structure.value;
    const view = state.view.value;
    if (!structure?.range) return;
    const box = area(width, height);
    const isDark = dark.value;
    const colors = ink(isDark);
    const { showTest, sharp } = options.value;
    axes(context, box, structure.range, colors);
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
    if (structure.picture === "plane") plane(context, box, structure, view, pixels, isDark, sharp);
    samples(context, box, structure, isDark, showTest, colors.paper);
    if (structure.picture === "curve") answer(context, box, structure, view, isDark);
    context.restore();
  });
  const label = state.calm.value ? pictureLabel() : t("output");
  return (
    <canvas
      ref={ref}
      id="picture"
      class="picture"
      role="img"
      aria-label={label}
      title={t("ring")}
      onClick={pick}
      onPointerMove={point}
      onPointerLeave={leave}
    />
  );
}

/** Where the pointer is, as parts of the picture from its upper left. */
const pointed = signal<[number, number] | null>(null);

function point(event: PointerEvent): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const box = area(canvas.clientWidth, canvas.clientHeight);
  const [x, y] = [(event.offsetX - box.x) / box.width, (event.offsetY - box.y) / box.height];
  pointed.value = x >= 0 && x < 1 && y >= 0 && y < 1 ? [x, y] : null;
}

function leave(): void {
  pointed.value = null;
}

/** What the net answers where the pointer is, in numbers. */
function Pointed({ structure }: { structure: Structure }) {
  const at = pointed.value;
  const view = state.view.value;
  if (!at || !view?.regions || !structure.range) return <p class="readout">{t("point_hint")}</p>;
  const [left, right, low, high] = structure.range;
  const large = state.looked.value ? view.large : null;
  const [values, n] = large ? [large.values, large.resolution] : [view.regions, view.resolution];
  const x1 = left + at[0] * (right - left);
  if (structure.picture === "curve") {
    const y = values[Math.min(n - 1, Math.round(at[0] * (n - 1)))]!;
    return <p class="readout">{`x₁ = ${fixed(x1, 2)} → ${fixed(y, 3)}`}</p>;
  }
  const cell = Math.floor(at[1] * n) * n + Math.floor(at[0] * n);
  const answers = Array.from({ length: values.length / (n * n) }, (_, k) => fixed(values[k * n * n + cell]!, 3));
  const x2 = high - at[1] * (high - low);
  return <p class="readout">{`x₁ = ${fixed(x1, 2)}, x₂ = ${fixed(x2, 2)} → ${answers.join(", ")}`}</p>;
}

function area(width: number, height: number): Box {
  const margin = { left: 38 * zoom(), bottom: 24 * zoom(), top: 6, right: 6 };
  return {
    x: margin.left,
    y: margin.top,
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
}

/** What a screen reader says of the picture; rounded, so that it does not change with each frame. */
function pictureLabel(): string {
  const { loss, accuracy } = state.calm.value!;
  return accuracy === null
    ? t("picture_label_loss", { loss: fixed(loss, 3) })
    : t("picture_label", { loss: fixed(loss, 3), accuracy: percent(accuracy) });
}

function plane(
  context: CanvasRenderingContext2D,
  box: Box,
  structure: Structure,
  view: View | null,
  pixels: Pixels,
  isDark: boolean,
  sharp: boolean,
): void {
  if (!view?.regions) return;
  const large = state.looked.value ? view.large : null;
  if (large) paintUnit(pixels.room(large.resolution), large.values, 0, isDark);
  else paintRegions(pixels.room(view.resolution), view.regions, structure, isDark, sharp);
  pixels.drawTo(context, box.x, box.y, box.width, box.height, !sharp);
}

function answer(
  context: CanvasRenderingContext2D,
  box: Box,
  structure: Structure,
  view: View | null,
  isDark: boolean,
): void {
  if (!view?.regions) return;
  const [, , low, high] = structure.range!;
  const large = state.looked.value ? view.large : null;
  const values = large ? large.values : view.regions;
  const color = css(large ? signColor(1, isDark) : classColor(4, isDark));
  curve(context, values, 0, values.length, box, [low, high], color, 2.5);
}

function place(box: Box, structure: Structure, inputs: number[], target: number): [number, number] {
  const [left, right, low, high] = structure.range!;
  const y = structure.picture === "curve" ? target : inputs[1]!;
  return [
    box.x + (box.width * (inputs[0]! - left)) / (right - left),
    box.y + box.height * (1 - (y - low) / (high - low)),
  ];
}

function samples(
  context: CanvasRenderingContext2D,
  box: Box,
  structure: Structure,
  isDark: boolean,
  showTest: boolean,
  edge: string,
): void {
  const size = (structure.train.inputs.length > 400 ? 2.6 : structure.train.inputs.length < 10 ? 6 : 3.6) * zoom();
  const draw = (set: Structure["train"], hollow: boolean) =>
    set.inputs.forEach((inputs, index) => {
      const target = set.targets[index]?.[0] ?? 0;
      const label = set.labels?.[index] ?? 0;
      const color = set.labels || structure.picture === "curve" ? classColor(label, isDark) : signColor(target, isDark);
      const [x, y] = place(box, structure, inputs, target);
      dot(context, x, y, label, color, edge, size, hollow);
    });
  if (showTest) draw(structure.test, true);
  draw(structure.train, false);
  const index = state.frame.value?.cursor?.index ?? state.sample.value;
  const chosen = structure.train.inputs[index];
  if (chosen) {
    const [x, y] = place(box, structure, chosen, structure.train.targets[index]?.[0] ?? 0);
    context.beginPath();
    context.arc(x, y, size + 4, 0, 2 * Math.PI);
    context.strokeStyle = css(paper(!isDark));
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** The sample nearest to where one clicked is the one that is explained. */
function pick(event: MouseEvent): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const structure = state.structure.value!;
  const box = area(canvas.clientWidth, canvas.clientHeight);
  let nearest = { index: -1, distance: 20 };
  structure.train.inputs.forEach((inputs, index) => {
    const [x, y] = place(box, structure, inputs, structure.train.targets[index]?.[0] ?? 0);
    const distance = Math.hypot(event.offsetX - x, event.offsetY - y);
    if (distance < nearest.distance) nearest = { index, distance };
  });
  if (nearest.index >= 0) state.sample.value = nearest.index;
  redraw();
}

function Legend({ structure }: { structure: Structure }) {
  if (structure.task === "numbers" && structure.picture === "plane") {
    const most = Math.max(...structure.train.targets.map((target) => Math.abs(target[0] ?? 0)));
    return (
      <p class="legend scale">
        <span>{short(-most)}</span>
        <i aria-hidden="true" />
        <span>{short(most)}</span>
      </p>
    );
  }
  if (structure.class_names.length === 0) return null;
  return (
    <ul class="legend">
      {structure.class_names.slice(0, 10).map((name, index) => (
        <li key={name}>
          <svg
            viewBox="0 0 12 12"
            width="12"
            height="12"
            aria-hidden="true"
            style={{ fill: css(classColor(index, dark.value)) }}
          >
            <path d={["M6 1a5 5 0 1 0 .01 0z", "M6 1l5 9H1z", "M2 2h8v8H2z", "M6 0l6 6-6 6-6-6z"][index % 4]} />
          </svg>
          {t("class_name", { name })}
        </li>
      ))}
    </ul>
  );
}
