// The small pictures in the units, all on one canvas: what each answers over the plane or the curve, what it looks for in
// an image, or its number for one sample.

import { useMemo, useRef } from "preact/hooks";
import { css, ink, mix, paper, signColor, zoom } from "../colors";
import type { Column } from "../columns";
import type { Cursor } from "../contract";
import { curve, paintInk, paintRegions, paintUnit, paintWeights } from "../draw";
import { inputName, short } from "../format";
import type { Layout, Spot } from "../netlayout";
import { dark, numbers } from "../prefs";
import * as state from "../state";
import { Pixels, useCanvas } from "./canvas";

export function NetPictures({ place }: { place: Layout }) {
  const pixels = useMemo(() => new Pixels(), []);
  const latest = useRef(place);
  latest.current = place;
  const ref = useCanvas((context) => {
    const view = state.view.value;
    const structure = state.structure.value;
    const columns = state.cols.value;
    if (!view || !structure || view.build !== state.build.value) return;
    const { spots } = latest.current;
    const isDark = dark.value;
    const withNumbers = numbers.value;
    const colors = ink(isDark);
    if (view.frame.cursor) band(context, latest.current, columns, view.frame.cursor, colors.muted);
    for (const spot of spots.flat()) {
      const column = columns[spot.column];
      if (!column) continue;
      const { size } = spot;
      const box = { x: spot.x - size / 2, y: spot.y - size / 2, width: size, height: size };
      context.fillStyle = colors.paper;
      context.fillRect(box.x, box.y, size, size);
      const walked = walkedValue(view.frame.cursor, column.position, spot.unit);
      const value = walked ?? view.activations?.[column.position]?.[spot.unit];
      const units = view.units[column.position];
      if (units && structure.picture === "plane") {
        const image = pixels.room(view.unitResolution);
        // the output in the colours of the large picture, which are its classes'
        if (column.kind === "output" && column.units === 1) paintRegions(image, units, structure, isDark, false);
        else paintUnit(image, units, spot.unit * view.unitResolution ** 2, isDark);
        pixels.drawTo(context, box.x, box.y, size, size);
      } else if (units && structure.picture === "curve") {
        const n = view.unitResolution;
        const inner = { x: box.x + 3, y: box.y + 4, width: size - 6, height: size - 8 };
        curve(context, units, spot.unit * n, n, inner, span(units, spot.unit * n, n), css(signColor(1, isDark)), 1.8);
      } else if (structure.picture === "digits" && spot.column === 0) {
        const image = view.activations?.[0];
        if (image) {
          paintInk(pixels.room(Math.round(Math.sqrt(image.length))), image, isDark);
          pixels.drawTo(context, box.x, box.y, size, size, false);
        }
      } else if (structure.picture === "digits" && spot.column === 1 && view.images) {
        const n = columns[0]!.units;
        paintWeights(pixels.room(Math.round(Math.sqrt(n))), view.images, spot.unit * n, isDark);
        pixels.drawTo(context, box.x, box.y, size, size, false);
      } else if (value !== undefined) {
        const strength = 0.75 * Math.min(1, Math.abs(value));
        context.fillStyle = css(mix(paper(isDark), signColor(value, isDark), strength));
        context.fillRect(box.x, box.y, size, size);
      }
      if (column.bias) bias(context, spot, view.frame.params[column.bias.offset + spot.unit] ?? 0, isDark);
      // within a step, only what is computed by then has a number
      if (view.frame.cursor ? walked !== undefined : withNumbers && value !== undefined) {
        const sign = view.frame.cursor?.phase === "backward" ? "δ " : "";
        number(context, spot, `${sign}${short(value!)}`, colors);
      }
    }
    names(context, latest.current);
  });
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the buttons upon it say what it shows
    <canvas
      ref={ref}
      class="unitpictures"
      style={{ width: `${place.width}px`, height: `${place.height}px` }}
      role="presentation"
    />
  );
}

/** The number that the walk through a step has come to: on the way back the slope of the loss, ∂L/∂a. */
function walkedValue(cursor: Cursor | null, position: number, unit: number): number | undefined {
  const known = cursor?.phase === "backward" ? cursor.deltas : cursor?.activations;
  return known?.[position]?.[unit];
}

/** A band behind the column that has just been computed. */
function band(
  context: CanvasRenderingContext2D,
  { xs, size, height }: Layout,
  columns: Column[],
  { phase, layer }: Cursor,
  color: string,
): void {
  if (layer === null) return;
  const position = phase === "forward" ? layer + 1 : layer;
  const x = xs[columns.findIndex((column) => position <= column.position)];
  if (x === undefined) return;
  context.globalAlpha = 0.16;
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x - size / 2 - 12, 0, size + 24, height, 10);
  context.fill();
  context.globalAlpha = 1;
}

/** From the lowest to the highest number, and never less than 1 apart, so that a flat unit looks flat. */
function span(values: Float32Array, from: number, count: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = from; i < from + count; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const middle = (low + high) / 2;
  const half = Math.max(0.5, (high - low) / 2);
  return [middle - half, middle + half];
}

/** The bias: a square at the lower left corner, as strong as it is large. */
function bias(
  context: CanvasRenderingContext2D,
  { x: middle, y: center, size }: Spot,
  value: number,
  isDark: boolean,
): void {
  const [x, y] = [middle - size / 2 - 4, center + size / 2 - 5];
  context.fillStyle = css(mix(paper(isDark), signColor(value, isDark), 0.2 + 0.8 * Math.min(1, Math.abs(value) / 2)));
  context.strokeStyle = css(paper(isDark));
  context.lineWidth = 1.5;
  context.beginPath();
  context.rect(x, y, 8, 8);
  context.fill();
  context.stroke();
}

/** A unit's number, beside its picture. */
function number(
  context: CanvasRenderingContext2D,
  spot: Spot,
  text: string,
  colors: { text: string; paper: string },
): void {
  const em = zoom();
  context.font = `600 ${12 * em}px system-ui, sans-serif`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const x = spot.x + spot.size / 2 + 5;
  context.globalAlpha = 0.9;
  context.fillStyle = colors.paper;
  context.fillRect(x - 3, spot.y - 8 * em, context.measureText(text).width + 6, 16 * em);
  context.globalAlpha = 1;
  context.fillStyle = colors.text;
  context.fillText(text, x, spot.y + 1);
}

/** The names of inputs and classes beside them. */
function names(context: CanvasRenderingContext2D, { spots, size }: Layout): void {
  const structure = state.structure.value!;
  context.font = `${13 * zoom()}px system-ui, sans-serif`;
  context.fillStyle = ink(dark.value).text;
  context.textBaseline = "middle";
  context.textAlign = "right";
  if (structure.task === "classes" && structure.picture !== "plane") {
    context.textAlign = "left";
    const after = state.view.value?.frame.cursor || numbers.value ? 50 * zoom() : 8;
    for (const spot of spots[spots.length - 1] ?? []) {
      context.fillText(structure.class_names[spot.unit] ?? "", spot.x + size / 2 + after, spot.y);
    }
    context.textAlign = "right";
  }
  if (structure.picture === "digits") return;
  const room = (spots[0]?.[0]?.x ?? 0) - size / 2 - 8;
  for (const spot of spots[0] ?? []) {
    const name = inputName(structure.input_names[spot.unit] ?? "");
    let text = name;
    while (text.length > 2 && context.measureText(text).width > room) text = `${text.slice(0, -2)}…`;
    context.fillText(text, spot.x - size / 2 - 6, spot.y);
  }
}
