// Where every unit and line of the net's picture is.

import type { Column } from "./columns";

export interface Spot {
  column: number;
  unit: number;
  x: number;
  y: number;
  /** The side of its picture. */
  size: number;
}

export interface Line {
  param: string;
  row: number;
  column: number;
  /** Where it is in `frame.params`. */
  at: number;
  path: string;
  /** Where its number stands. */
  label: [number, number];
  /** The column of its target; its source is in the one before. */
  to: number;
  /** Whether the lines between its two layers are too dense for numbers. */
  crowded: boolean;
}

export interface Layout {
  width: number;
  height: number;
  /** The side of the usual unit's picture. */
  size: number;
  xs: number[];
  spots: Spot[][];
  lines: Line[];
  /** Units that are not shown, by column. */
  hidden: number[];
}

/** A layer of more units is cut to fewer. */
const [most, fewer] = [12, 8];
/** With more lines nothing could be seen, and each is drawn 60 times a second. */
const mostLines = 1500;
const narrowest = 88;
/** With more lines between two layers, only those of the unit that is looked at have numbers. */
const mostNumbers = 20;

export function layout(
  columns: Column[],
  width: number,
  height: number,
  all: boolean,
  images: boolean,
  zoom = 1,
): Layout {
  // an image shows its inputs together, not as a column of dots
  const shown = columns.map(({ units }, index) => (images && index === 0 ? 1 : all || units <= most ? units : fewer));
  const wide = Math.max(width, narrowest * zoom * columns.length);
  const step = wide / columns.length;
  const largest = Math.max(...shown);
  const size = Math.max(26, Math.min(46 * zoom, Math.floor(height / largest) - 8));
  const tall = Math.max(height, largest * (size + 8));
  const xs = columns.map((_, index) => step * (index + 0.5));
  const spots = shown.map((count, column) => {
    const gap = Math.min(size + 26 * zoom, tall / count);
    const side = images && column === 0 ? tall / 2 : null;
    return Array.from({ length: count }, (_, unit) => ({
      column,
      unit,
      x: xs[column]!,
      y: side ?? tall / 2 + gap * (unit - (count - 1) / 2),
      size: side === null ? size : Math.min(2.4 * size, 0.8 * step),
    }));
  });
  const lines: Line[] = [];
  for (let c = images ? 2 : 1; c < columns.length; c++) {
    const weight = columns[c]!.weight;
    const [from, to] = [spots[c - 1]!, spots[c]!];
    if (!weight || weight.rows !== columns[c - 1]!.units || lines.length + from.length * to.length > mostLines)
      continue;
    for (const target of to) {
      for (const source of from) {
        lines.push({
          param: weight.name,
          row: source.unit,
          column: target.unit,
          at: weight.offset + source.unit * weight.columns + target.unit,
          to: c,
          crowded: from.length * to.length > mostNumbers,
          ...path(source, target, [from.length, to.length]),
        });
      }
    }
  }
  const hidden = columns.map(({ units }, index) => (images && index === 0 ? 0 : units - shown[index]!));
  return { width: wide, height: tall, size, xs, spots, lines, hidden };
}

function path(from: Spot, to: Spot, [many, few]: [number, number]): Pick<Line, "path" | "label"> {
  const [x0, x1] = [from.x + from.size / 2, to.x - to.size / 2];
  const middle = (x0 + x1) / 2;
  // numbers stand where lines are apart: at the side with more units, and those of one unit behind one another
  const t = many <= few ? 0.88 - (0.55 * from.unit) / many : 0.34 + (0.5 * to.unit) / few;
  const u = 1 - t;
  const along = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return {
    path: `M${x0} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${x1} ${to.y}`,
    label: [along(x0, middle, middle, x1), along(from.y, from.y, to.y, to.y)],
  };
}

/** The unit that an arrow key leads to. */
export function neighbour(spots: Spot[][], from: { column: number; unit: number }, key: string): Spot | null {
  const column = spots[from.column];
  if (!column) return null;
  if (key === "ArrowUp") return column[from.unit - 1] ?? null;
  if (key === "ArrowDown") return column[from.unit + 1] ?? null;
  const other = key === "ArrowLeft" ? from.column - 1 : key === "ArrowRight" ? from.column + 1 : -1;
  const there = spots[other];
  if (!there) return null;
  const here = column[from.unit] ?? column[column.length - 1]!;
  return there.reduce((best, spot) => (Math.abs(spot.y - here.y) < Math.abs(best.y - here.y) ? spot : best));
}
