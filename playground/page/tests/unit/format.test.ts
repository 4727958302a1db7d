import { expect, test } from "vitest";
import { fixed, inputName, mark, marks, percent, short, significant, subscript, thousands } from "../../src/format";

test("numbers have a real minus and an exponent where digits would run on", () => {
  expect([0.034217, -2.5, 0, 12345, 1.2e-9, -3.4e12].map((x) => significant(x, 3))).toEqual([
    "0.0342",
    "−2.50",
    "0",
    "12345",
    "1.20×10⁻⁹",
    "−3.40×10¹²",
  ]);
  expect([Number.NaN, Infinity, -Infinity].map((x) => significant(x))).toEqual(["NaN", "∞", "−∞"]);
});

test("fixed decimals never show a minus zero, and an exponent where they would show nothing", () => {
  expect([0.51234, -0.00001, 0, -1.5, 0.000012].map((x) => fixed(x, 4))).toEqual([
    "0.5123",
    "−1.0×10⁻⁵",
    "0.0000",
    "−1.5000",
    "1.2×10⁻⁵",
  ]);
  expect(fixed(3e9, 4)).toBe("3.00×10⁹");
  expect(fixed(-0.04, 1)).toBe("0.0");
});

test("in little room there are at most three digits", () => {
  expect([0.4567, -12.34, 123.4, 0, 0.004, 12345].map(short)).toEqual([
    "0.46",
    "−12.3",
    "123",
    "0.00",
    "0.004",
    "12345",
  ]);
});

test("counts, shares and indices", () => {
  expect(thousands(101770)).toBe("101,770");
  expect(percent(0.985)).toBe("98.5 %");
  expect(subscript(12)).toBe("₁₂");
});

test("marks of an axis are round and lie within", () => {
  expect(marks(-1.4, 1.4, 4)).toEqual([-1, 0, 1]);
  expect(marks(0, 1000, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(marks(2, 2, 4)).toEqual([2]);
});

test("a mark has the digits that tell it from its neighbours", () => {
  const across = marks(-0.5, 1, 4);
  expect(across.map((x) => mark(x, across))).toEqual(
    ["−0.5", "0.0", "0.5", "1.0"].map((text) => (text === "0.0" ? "0" : text)),
  );
  expect([0, 20000].map((x) => mark(x, [0, 20000]))).toEqual(["0", "20000"]);
  expect(mark(200000, [0, 200000])).toBe("200000");
});

test("names of inputs stand as in equations", () => {
  expect(["x1", "x12", "sin(x2)", "x1^2", "petal"].map(inputName)).toEqual(["x₁", "x₁₂", "sin(x₂)", "x₁²", "petal"]);
});
