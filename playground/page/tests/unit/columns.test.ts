import { expect, test } from "vitest";
import { columns, params, unitName, weightName, weightOf } from "../../src/columns";
import type { Structure } from "../../src/contract";
import type { Frame } from "../../src/core";

const dense = (index: number, rows: number, units: number) => ({
  name: `${index} dense`,
  kind: "dense",
  shape: [units],
  params: [
    { name: `${index}.weight`, rows, columns: units },
    { name: `${index}.bias`, rows: 1, columns: units },
  ],
});
const plain = (index: number, kind: string, units: number) => ({
  name: `${index} ${kind}`,
  kind,
  shape: [units],
  params: [],
});
const structure = {
  layers: [dense(0, 2, 3), plain(1, "tanh", 3), plain(2, "dropout", 3), dense(3, 3, 1), plain(4, "sigmoid", 1)],
  positions: ["x", "z0", "a1", "a2", "z3", "y"].map((name, index) => ({ name, units: [2, 3, 3, 3, 1, 1][index]! })),
} as unknown as Structure;

test("a column is a dense layer with all that follows it", () => {
  const all = columns(structure);
  expect(all.map(({ kind, position, units }) => [kind, position, units])).toEqual([
    ["input", 0, 2],
    ["hidden", 3, 3],
    ["output", 5, 1],
  ]);
  expect(all.map(({ setting }) => setting)).toEqual([null, 0, null]);
});

test("parameters are found in the long row of numbers", () => {
  const known = params(structure);
  expect(known.get("3.weight")).toEqual({ name: "3.weight", offset: 9, rows: 3, columns: 1 });
  const frame = { params: Float64Array.from({ length: 13 }, (_, index) => index) } as unknown as Frame;
  expect(weightOf(frame, known.get("0.weight")!, 1, 2)).toBe(5);
  expect(weightOf(frame, known.get("3.bias")!, 0, 0)).toBe(12);
});

test("names are those of the equations", () => {
  expect(unitName(structure, 3, 1)).toBe("a2₂");
  const known = params(structure);
  expect(weightName(known.get("0.weight")!, 1, 0)).toBe("W0₂₁");
  expect(weightName({ name: "1.weight", offset: 0, rows: 500, columns: 2 }, 4, 1)).toBe("W1₅,₂");
  expect(weightName(known.get("0.bias")!, 0, 2)).toBe("b0₃");
});
