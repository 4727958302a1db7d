// Numbers as people read them: a real minus, as many digits as tell something, an exponent where digits would run on.

const raised: Record<string, string> = { "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³" };

function superscript(exponent: number): string {
  return [...String(exponent)].map((c) => raised[c] ?? String.fromCharCode(0x2070 + Number(c))).join("");
}

/** A number with `digits` significant digits: `−0.0342`, `1.2×10⁻⁹`. */
export function significant(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(x)));
  if (exponent < -4 || exponent > 6) {
    const [mantissa, power] = x.toExponential(Math.max(0, digits - 1)).split("e");
    return `${minus(mantissa!)}×10${superscript(Number(power))}`;
  }
  return minus(x.toFixed(Math.max(0, digits - 1 - exponent)));
}

/** A number with its decimals, never `−0.00`; an exponent where these would show nothing of it. */
export function fixed(x: number, decimals: number): string {
  if (!Number.isFinite(x) || Math.abs(x) >= 1e7) return significant(x, 3);
  const text = x.toFixed(decimals);
  if (Number(text) === 0) return x === 0 || decimals < 2 ? text.replace("-", "") : significant(x, 2);
  return minus(text);
}

/** A number in little room: at most three significant digits, and no zeros behind them. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return significant(x);
  if (Math.abs(x) >= 1000 || (x !== 0 && Math.abs(x) < 0.005)) return significant(x, 1);
  const decimals = Math.abs(x) >= 100 ? 0 : Math.abs(x) >= 10 ? 1 : 2;
  return minus(x.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1"));
}

/** A count with thousands separators: `101,770`. */
export function thousands(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

export function percent(x: number): string {
  return `${(100 * x).toFixed(1)} %`;
}

/** An index as it stands in equations: `x₁₂`. */
export function subscript(n: number): string {
  return [...String(n)].map((c) => String.fromCharCode(0x2080 + Number(c))).join("");
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** Round marks for an axis: about `count` of them from `from` to `to`. */
export function marks(from: number, to: number, count: number): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return [from];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** A mark of an axis, with the digits that tell it from its neighbours. */
export function mark(x: number, all: number[]): string {
  const step = all.length > 1 ? all[1]! - all[0]! : Math.abs(x);
  if (Math.abs(x) < step / 1e6) return "0";
  if (Math.abs(x) >= 1e5 || step < 1e-4) return significant(x, 2);
  return minus(x.toFixed(step > 0 ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 0));
}

/** The name of an input as it stands in equations: `x₁` for `x1`. */
export function inputName(name: string): string {
  return name
    .replace(/x(\d+)/g, (_, index: string) => `x${[...index].map((c) => subscript(Number(c))).join("")}`)
    .replace("^2", "²");
}
