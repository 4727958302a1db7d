import { expect, test } from "vitest";
import type { Column } from "../../src/columns";
import { layout, neighbour } from "../../src/netlayout";

const columns = (...units: number[]): Column[] =>
  units.map((count, index) => ({
    kind: index === 0 ? "input" : index === units.length - 1 ? "output" : "hidden",
    position: 2 * index,
    units: count,
    setting: null,
    layer: index,
    weight:
      index === 0
        ? null
        : { name: `${2 * index - 2}.weight`, offset: 100 * index, rows: units[index - 1]!, columns: count },
    bias: null,
  }));

test("units of a column do not overlap, and all lie within the picture", () => {
  for (const units of [1, 2, 8, 12, 64]) {
    const place = layout(columns(2, units, 1), 500, 300, true, false);
    const ys = place.spots[1]!.map(({ y }) => y);
    expect(ys.length).toBe(units);
    for (let at = 1; at < units; at++) expect(ys[at]! - ys[at - 1]!).toBeGreaterThanOrEqual(place.size);
    expect(ys[0]! - place.size / 2).toBeGreaterThanOrEqual(0);
    expect(ys[units - 1]! + place.size / 2).toBeLessThanOrEqual(place.height);
  }
});

test("a line knows where its weight is among all parameters", () => {
  const { lines } = layout(columns(2, 3, 1), 500, 300, false, false);
  expect(lines.length).toBe(9);
  const line = lines.find(({ param, row, column }) => param === "0.weight" && row === 1 && column === 2);
  expect(line?.at).toBe(100 + 1 * 3 + 2);
});

test("large layers are cut, and it is said how much is missing", () => {
  const place = layout(columns(2, 64, 1), 500, 300, false, false);
  expect(place.spots[1]!.length).toBe(8);
  expect(place.hidden).toEqual([0, 56, 0]);
  expect(layout(columns(2, 12, 1), 500, 300, false, false).hidden).toEqual([0, 0, 0]);
});

test("columns keep a width in which their controls have room", () => {
  expect(layout(columns(2, 4, 4, 4, 4, 1), 340, 300, false, false).width).toBe(6 * 88);
});

test("arrow keys go up and down a column, and across to the nearest unit", () => {
  const { spots } = layout(columns(2, 4, 1), 500, 300, false, false);
  expect(neighbour(spots, { column: 1, unit: 0 }, "ArrowDown")).toMatchObject({ column: 1, unit: 1 });
  expect(neighbour(spots, { column: 1, unit: 0 }, "ArrowUp")).toBeNull();
  expect(neighbour(spots, { column: 1, unit: 3 }, "ArrowLeft")).toMatchObject({ column: 0, unit: 1 });
  expect(neighbour(spots, { column: 0, unit: 0 }, "ArrowLeft")).toBeNull();
  expect(neighbour(spots, { column: 0, unit: 0 }, "Enter")).toBeNull();
});
