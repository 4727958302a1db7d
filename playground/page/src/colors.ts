// The colours of the library's pictures (Okabe and Ito, "Color Universal Design", 2008), for light and dark: classes,
// and numbers with a sign, where blue is above and orange below zero. Class 0 is blue, class 1 orange.

export type Rgb = readonly [number, number, number];

const series: readonly Rgb[] = [
  [0x00, 0x72, 0xb2],
  [0xe6, 0x9f, 0x00],
  [0x00, 0x9e, 0x73],
  [0xcc, 0x79, 0xa7],
  [0xd5, 0x5e, 0x00],
  [0x56, 0xb4, 0xe9],
  [0x6e, 0x77, 0x81],
  [0xf0, 0xe4, 0x42],
  [0x4d, 0x4d, 0x99],
  [0x99, 0x4d, 0x1f],
];
const lightPaper: Rgb = [255, 255, 255];
const darkPaper: Rgb = [0x1b, 0x1f, 0x24];
const positive: Rgb = [0x00, 0x72, 0xb2];
const positiveDark: Rgb = [0x3d, 0xa5, 0xe6];
const negative: Rgb = [0xe6, 0x9f, 0x00];

export function classColor(index: number, dark: boolean): Rgb {
  if (dark && index === 0) return positiveDark;
  return series[index % series.length]!;
}

export function signColor(x: number, dark: boolean): Rgb {
  return x < 0 ? negative : dark ? positiveDark : positive;
}

export function paper(dark: boolean): Rgb {
  return dark ? darkPaper : lightPaper;
}

export function mix(a: Rgb, b: Rgb, part: number): Rgb {
  const p = Math.min(1, Math.max(0, part));
  return [a[0] + (b[0] - a[0]) * p, a[1] + (b[1] - a[1]) * p, a[2] + (b[2] - a[2]) * p];
}

/** Text and lines on a canvas, which knows no light-dark(): as style/base.css has them. */
export function ink(dark: boolean): { text: string; muted: string; line: string; paper: string } {
  return dark
    ? { text: "#e6e8eb", muted: "#a3adb8", line: "#4a535d", paper: css(darkPaper) }
    : { text: "#1f2328", muted: "#57606a", line: "#b6bec7", paper: css(lightPaper) };
}

/** How much larger than usual the page's text is: on large screens it grows, and pictures with it. */
export function zoom(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
}

export function css(color: Rgb): string {
  return `rgb(${color.map(Math.round).join(" ")})`;
}

/** A table of 256 colours as bytes: from the colour of −1 over paper (0) to that of +1. */
export type Scale = Uint8ClampedArray;
const scales = new Map<string, Scale>();

function scale(key: string, color: (x: number) => Rgb): Scale {
  let table = scales.get(key);
  if (!table) {
    table = new Uint8ClampedArray(256 * 3);
    for (let i = 0; i < 256; i++) table.set(color((i - 127.5) / 127.5), 3 * i);
    scales.set(key, table);
  }
  return table;
}

/** Numbers with a sign: orange below zero, blue above. `strength` is how far the ends are from paper. */
export function signScale(dark: boolean, strength: number): Scale {
  return scale(`sign${dark}${strength}`, (x) => mix(paper(dark), signColor(x, dark), strength * Math.abs(x)));
}

/** Probabilities of class 1, moved to −1 … 1: blue is class 0, orange class 1. */
export function binaryScale(dark: boolean, strength: number): Scale {
  return scale(`binary${dark}${strength}`, (x) =>
    mix(paper(dark), classColor(x < 0 ? 0 : 1, dark), strength * (0.06 + 0.94 * Math.abs(x))),
  );
}

/** Ink on paper, for grey images: −1 is paper, 1 is ink. */
export function inkScale(dark: boolean): Scale {
  const ink: Rgb = dark ? [0xe6, 0xe8, 0xeb] : [0x1f, 0x23, 0x28];
  return scale(`ink${dark}`, (x) => mix(paper(dark), ink, (x + 1) / 2));
}

/** Paints `values` (−1 … 1, after `map`) into an image of `side` × `side` pixels. */
export function paint(
  image: ImageData,
  values: ArrayLike<number>,
  from: number,
  colors: Scale,
  map: (x: number) => number,
): void {
  const pixels = image.data;
  const n = image.width * image.height;
  for (let i = 0; i < n; i++) {
    const x = map(values[from + i]!);
    const at = 3 * (Number.isNaN(x) ? 128 : Math.max(0, Math.min(255, Math.round(127.5 + 127.5 * x))));
    const to = 4 * i;
    pixels[to] = colors[at]!;
    pixels[to + 1] = colors[at + 1]!;
    pixels[to + 2] = colors[at + 2]!;
    pixels[to + 3] = 255;
  }
}
