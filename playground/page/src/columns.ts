// The net as it is looked at: one column for the inputs, one for each Dense with all that follows it up to the next.

import type { Structure } from "./contract";
import type { Frame } from "./core";
import { subscript } from "./format";

export interface Param {
  name: string;
  /** Where it begins in `frame.params`. */
  offset: number;
  rows: number;
  columns: number;
}

export interface Column {
  kind: "input" | "hidden" | "output";
  /** The position whose numbers this column shows: behind the activation. */
  position: number;
  units: number;
  /** Which of `settings.layers`; null for inputs and output. */
  setting: number | null;
  /** The model's layer with the weights that lead here. */
  layer: number | null;
  weight: Param | null;
  bias: Param | null;
}

export function params(structure: Structure): Map<string, Param> {
  const found = new Map<string, Param>();
  let offset = 0;
  for (const layer of structure.layers) {
    for (const { name, rows, columns } of layer.params) {
      found.set(name, { name, offset, rows, columns });
      offset += rows * columns;
    }
  }
  return found;
}

export function columns(structure: Structure): Column[] {
  const known = params(structure);
  const input = structure.positions[0]?.units ?? 0;
  const all: Column[] = [
    { kind: "input", position: 0, units: input, setting: null, layer: null, weight: null, bias: null },
  ];
  structure.layers.forEach((layer, index) => {
    const position = index + 1;
    const weight = known.get(`${index}.weight`);
    if (layer.kind.toLowerCase().startsWith("dense") && weight) {
      const bias = known.get(`${index}.bias`) ?? null;
      const setting = all.length - 1;
      all.push({ kind: "hidden", position, units: weight.columns, setting, layer: index, weight, bias });
    } else if (all.length > 1) {
      all[all.length - 1]!.position = position;
    }
  });
  const last = all[all.length - 1]!;
  if (all.length > 1) {
    last.kind = "output";
    last.setting = null;
  }
  return all;
}

export function weightOf(frame: Frame, param: Param, row: number, column: number): number {
  return frame.params[param.offset + row * param.columns + column] ?? Number.NaN;
}

/** The name of a unit in the equations: `a1₂`, `x₁`, `y₁`. */
export function unitName(structure: Structure, position: number, unit: number): string {
  return `${structure.positions[position]?.name ?? "?"}${subscript(unit + 1)}`;
}

/** How a weight is named in the equations: `W0₂₁`, with a comma where rows or columns come to two digits. */
export function weightName(param: Param, row: number, column: number): string {
  const [layer, name = ""] = param.name.split(".");
  const comma = param.rows > 9 || param.columns > 9 ? "," : "";
  if (name === "weight") return `W${layer}${subscript(row + 1)}${comma}${subscript(column + 1)}`;
  return `${name === "bias" ? "b" : name}${layer}${subscript(column + 1)}`;
}
