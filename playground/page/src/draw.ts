// Drawing on canvases what more than one picture shows: regions, samples, curves, axes.

import { binaryScale, classColor, css, inkScale, mix, paint, paper, type Rgb, signScale, zoom } from "./colors";
import type { Structure } from "./contract";
import { mark, marks } from "./format";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What the model answers over the plane: a class's colour as strong as it is sure; numbers orange and blue. */
export function paintRegions(
  image: ImageData,
  values: Float32Array,
  structure: Structure,
  dark: boolean,
  sharp: boolean,
): void {
  if (structure.task === "binary") {
    paint(image, values, 0, binaryScale(dark, 0.6), (p) => (sharp ? (p > 0.5 ? 0.7 : -0.7) : 2 * p - 1));
  } else if (structure.task === "numbers") {
    const most = Math.max(1e-12, ...structure.train.targets.map((target) => Math.abs(target[0] ?? 0)));
    paint(image, values, 0, signScale(dark, 0.75), (y) => (sharp ? Math.sign(y) * 0.7 : y / most));
  } else paintClasses(image, values, dark, sharp);
}

function paintClasses(image: ImageData, values: Float32Array, dark: boolean, sharp: boolean): void {
  const n = image.width * image.height;
  const classes = values.length / n;
  const background = paper(dark);
  for (let i = 0; i < n; i++) {
    let first = 0;
    let second = -Infinity;
    for (let k = 1; k < classes; k++) {
      if (values[k * n + i]! > values[first * n + i]!) {
        second = values[first * n + i]!;
        first = k;
      } else second = Math.max(second, values[k * n + i]!);
    }
    if (second === -Infinity) second = values[(first === 0 ? 1 : 0) * n + i]!;
    const lead = sharp ? 0.7 : values[first * n + i]! - second;
    const color = mix(background, classColor(first, dark), 0.08 + 0.5 * lead);
    image.data.set(color, 4 * i);
    image.data[4 * i + 3] = 255;
  }
}

/** One unit's answers, on its own scale: the largest of their sizes is the strongest colour. */
export function paintUnit(image: ImageData, values: Float32Array, from: number, dark: boolean): void {
  const n = image.width * image.height;
  let most = 1e-12;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(values[from + i]!));
  paint(image, values, from, signScale(dark, 0.8), (x) => x / Math.max(most, 1));
}

/** Weights as an image: the largest is the strongest. */
export function paintWeights(image: ImageData, values: Float32Array, from: number, dark: boolean): void {
  const n = image.width * image.height;
  let most = 1e-12;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(values[from + i]!));
  paint(image, values, from, signScale(dark, 0.95), (x) => x / most);
}

export function paintInk(image: ImageData, values: ArrayLike<number>, dark: boolean): void {
  paint(image, values, 0, inkScale(dark), (x) => 2 * x - 1);
}

/** Units of one input, as little curves over it. */
export function curve(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  from: number,
  count: number,
  box: Box,
  range: [number, number],
  color: string,
  width: number,
): void {
  context.beginPath();
  for (let i = 0; i < count; i++) {
    const x = box.x + (box.width * i) / (count - 1);
    const part = (values[from + i]! - range[0]) / (range[1] - range[0]);
    const y = box.y + box.height * (1 - Math.min(1.5, Math.max(-0.5, part)));
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.stroke();
}

/** One sample: each class has its own shape too, so that nobody has to tell colours apart. */
export function dot(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  label: number,
  color: Rgb,
  edge: string,
  size: number,
  hollow: boolean,
): void {
  context.beginPath();
  const s = size;
  if (label % 4 === 1) {
    context.moveTo(x, y - 1.25 * s);
    context.lineTo(x + 1.15 * s, y + 0.8 * s);
    context.lineTo(x - 1.15 * s, y + 0.8 * s);
    context.closePath();
  } else if (label % 4 === 2) context.rect(x - 0.9 * s, y - 0.9 * s, 1.8 * s, 1.8 * s);
  else if (label % 4 === 3) {
    context.moveTo(x, y - 1.3 * s);
    context.lineTo(x + 1.3 * s, y);
    context.lineTo(x, y + 1.3 * s);
    context.lineTo(x - 1.3 * s, y);
    context.closePath();
  } else context.arc(x, y, s, 0, 2 * Math.PI);
  context.fillStyle = hollow ? edge : css(color);
  context.strokeStyle = hollow ? css(color) : edge;
  context.lineWidth = hollow ? 1.5 : 1;
  context.fill();
  context.stroke();
}

/** Axes with numbers, left and below of the box. */
export function axes(
  context: CanvasRenderingContext2D,
  box: Box,
  [left, right, low, high]: readonly [number, number, number, number],
  color: { muted: string; line: string },
): void {
  const em = zoom();
  context.font = `${12 * em}px system-ui, sans-serif`;
  context.fillStyle = color.muted;
  context.strokeStyle = color.line;
  context.lineWidth = 1;
  context.textBaseline = "top";
  context.textAlign = "center";
  const across = marks(left, right, Math.max(2, box.width / (70 * em)));
  for (const x of across) {
    const at = box.x + (box.width * (x - left)) / (right - left);
    const text = mark(x, across);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(at, box.x + box.width + 6 - half), box.y + box.height + 6);
    context.beginPath();
    context.moveTo(at, box.y + box.height);
    context.lineTo(at, box.y + box.height + 4);
    context.stroke();
  }
  context.textBaseline = "middle";
  context.textAlign = "right";
  const up = marks(low, high, Math.max(2, box.height / (55 * em)));
  for (const y of up) {
    const at = box.y + box.height * (1 - (y - low) / (high - low));
    context.fillText(mark(y, up), box.x - 6, Math.max(box.y + 6 * em, at));
    context.beginPath();
    context.moveTo(box.x - 4, at);
    context.lineTo(box.x, at);
    context.stroke();
  }
}
