// A small picture of a data set: some two dozen points, drawn once, that show its shape.

import type { Data } from "../contract";

type Point = [number, number, number];
const n = 26;
const each = (f: (i: number, part: number) => Point): Point[] => Array.from({ length: n }, (_, i) => f(i, i / (n - 1)));
/** Some scatter that looks drawn and is always alike. */
const jitter = (i: number, k: number) => (((Math.sin(i * 12.9898 + k * 78.233) * 43758.5453) % 1) + 1) % 1;

const shapes: Record<string, () => Point[]> = {
  xor: () =>
    each((i) => [
      i % 4 < 2 ? 8 + 9 * jitter(i, 1) : 23 + 9 * jitter(i, 1),
      i % 2 ? 8 + 9 * jitter(i, 2) : 23 + 9 * jitter(i, 2),
      (i % 4 < 2 ? 0 : 1) ^ (i % 2),
    ]),
  circles: () =>
    each((i, part) => [
      20 + (i % 2 ? 14 : 5) * Math.cos(part * 12.6),
      20 + (i % 2 ? 14 : 5) * Math.sin(part * 12.6),
      i % 2,
    ]),
  moons: () =>
    each((i, part) =>
      i % 2
        ? [15 + 11 * Math.cos(part * 3.1), 22 - 11 * Math.sin(part * 3.1), 0]
        : [25 - 11 * Math.cos(part * 3.1), 18 + 11 * Math.sin(part * 3.1), 1],
    ),
  spirals: () =>
    each((i, part) => [
      20 + (i % 2 ? 1 : -1) * (2 + 13 * part) * Math.cos(part * 5),
      20 + (i % 2 ? 1 : -1) * (2 + 13 * part) * Math.sin(part * 5),
      i % 2,
    ]),
  blobs: () =>
    each((i) => [
      (i % 3 === 0 ? 7 : i % 3 === 1 ? 22 : 13) + 10 * jitter(i, 1),
      (i % 3 === 2 ? 22 : 6) + 10 * jitter(i, 2),
      i % 3,
    ]),
  planar_parabola: () =>
    each((i, part) => [
      5 + 30 * part,
      i % 2 ? 8 + 3 * jitter(i, 1) + 60 * (part - 0.5) ** 2 : 16 + 7 * jitter(i, 2) + 60 * (part - 0.5) ** 2,
      i % 2,
    ]),
  rare: () => each((i) => [6 + 28 * jitter(i, 1), 6 + 28 * jitter(i, 2), i % 9 === 4 ? 1 : 0]),
  gate: () => [
    [10, 30, 0],
    [10, 10, 0],
    [30, 30, 0],
    [30, 10, 1],
  ],
  line: () => each((i, part) => [5 + 30 * part, 32 - 24 * part + 4 * jitter(i, 3) - 2, 0]),
  parabola: () => each((_, part) => [5 + 30 * part, 7 + 100 * (part - 0.5) ** 2, 0]),
  sine: () => each((_, part) => [5 + 30 * part, 20 - 12 * Math.sin(part * 6.28), 0]),
  step: () => each((_, part) => [5 + 30 * part, part < 0.5 ? 30 : 10, 0]),
  plane: () => each((i) => [6 + 28 * jitter(i, 1), 6 + 28 * jitter(i, 2), jitter(i, 1) + jitter(i, 2) > 1 ? 1 : 0]),
  gaussian: () =>
    each((i) => {
      const [x, y] = [6 + 28 * jitter(i, 1), 6 + 28 * jitter(i, 2)];
      return [x, y, Math.hypot(x - 20, y - 20) < 9 ? 1 : 0];
    }),
  points: () => [
    [9, 28, 0],
    [16, 12, 1],
    [24, 25, 0],
    [31, 14, 1],
  ],
};

/** The name of a set, as the table of texts has it. */
export function setName(data: Data): string {
  if (data.kind === "gate") return "gate";
  if (data.kind === "planar" && data.set === "parabola") return "planar_parabola";
  return "set" in data ? data.set : data.kind;
}

export function Glyph({ data }: { data: Data }) {
  const name = setName(data);
  const points = shapes[name]?.();
  return (
    <svg viewBox="0 0 40 40" class="glyph" aria-hidden="true">
      {points?.map(([x, y, label]) => (
        <circle cx={x} cy={y} r={points.length < 8 ? 3.4 : 2} class={`c${label}`} />
      ))}
      {name === "digits" && <path d="M13 11q7-6 12 0t-5 8q10 1 7 8t-15 4" class="ink" />}
      {name === "csv" && <path d="M7 10h26v20H7zM7 17h26M7 23.5h26M16 10v20M24.5 10v20" class="grid" />}
    </svg>
  );
}
