// A link that brings a picture back to the last digit: the settings and the step, deflated, as base64url behind `#s=`.

import { deflateSync, inflateSync, strFromU8, strToU8 } from "fflate";
import type { Settings } from "./contract";

export interface Carried {
  settings: Settings;
  step: number;
}
export type Link = { kind: "none" } | { kind: "preset"; name: string } | ({ kind: "settings" } & Carried);

/** Why a link can't be read: keys of the table of texts. */
export class BadLink extends Error {
  constructor(readonly code: "link_broken" | "link_too_new") {
    super(code);
  }
}

/** Text that most links contain: deflate refers to it, so it must never change within a version (a test holds it). */
const dictionary = strToU8(
  '"kind":"csv","text":"","target":null,"task":"numbers","task":"classes","kind":"digits","drawn":[{"pixels":[0,0,0,0],"label":' +
    '"kind":"points","points":[[,"classes":null,"targets":[[,"kind":"gate","gate":"xor_with_ones","gate":"nand"},' +
    '"kind":"surface","set":"gaussian","set":"plane","kind":"curve","set":"parabola","set":"sine","set":"step","set":"line",' +
    '"set":"spirals","set":"blobs","set":"moons","set":"rare","set":"xor","x1_squared","x2_squared","x1_x2","sin_x1","sin_x2",' +
    '"activation":"leaky_relu","activation":"softplus","activation":"sigmoid","activation":"softmax","activation":"linear",' +
    '"activation":"gelu","activation":"silu","activation":"elu","activation":"step","activation":"relu",' +
    '"initializer":"xavier_uniform","initializer":"he_normal","initializer":"normal_large","initializer":"zeros",' +
    '"loss":"half_summed_squares","loss":"half_mse","loss":"huber","loss":"mae","loss":"summed_bce","loss":"cce",' +
    '"optimizer":{"kind":"momentum","kind":"nesterov","kind":"adagrad","kind":"rmsprop","kind":"adamw","kind":"sgd",' +
    '"schedule":{"kind":"step_decay"},"kind":"exponential","kind":"one_cycle","kind":"cosine",' +
    '"earlier_rates":[{"until":100,"rate":0.03},"start":[{"param":"0.weight","values":[[0.1,-0.2],[' +
    '"edits":[{"step":0,"param":"2.bias","row":0,"column":0,"value":"mistake":"summed_weights"}' +
    '{"data":{"kind":"planar","set":"circles","samples":200,"noise":0.1,"seed":1},"test_share":0.3,"inputs":["x1","x2"],' +
    '"layers":[{"units":8,"activation":"tanh","initializer":"auto","bias":true,"batch_norm":false,"dropout":0.0},' +
    '{"units":4,"activation":"tanh","initializer":"auto","bias":true,"batch_norm":false,"dropout":0}],' +
    '"output":{"activation":"auto","initializer":"auto","bias":true},"loss":"auto",' +
    '"optimizer":{"kind":"adam","rate":0.1,"momentum":0.9},"earlier_rates":[],"schedule":{"kind":"constant"},' +
    '"batch_size":10,"shuffle":true,"epochs":100,"weight_decay":0,"seed":42,"start":[],"edits":[],"mistake":null}',
);
const version = 1;
/** Browsers take longer ones, mail programs and chats do not. */
export const longest = 30_000;
/** What a link may unpack to; a larger one is refused while it unpacks. */
const largest = 4_000_000;

export function encode({ settings, step }: Carried): string {
  const bytes = deflateSync(strToU8(JSON.stringify(settings)), { level: 9, dictionary });
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const packed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `#s=${version}.${step}.${packed}`;
}

export function decode(hash: string): Link {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const preset = parts.get("preset");
  if (preset !== null) return { kind: "preset", name: preset };
  const packed = parts.get("s");
  if (packed === null) {
    // `#embed` and what other pages add is no link of ours, and no mistake
    return { kind: "none" };
  }
  const match = /^(\d+)\.(\d{1,12})\.([\w-]+)$/.exec(packed);
  if (!match) throw new BadLink("link_broken");
  if (Number(match[1]) > version) throw new BadLink("link_too_new");
  try {
    const binary = atob(match[3]!.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    const text = inflateSync(bytes, { dictionary, out: new Uint8Array(largest) });
    const settings: unknown = JSON.parse(strFromU8(text));
    if (!isSettings(settings)) throw new BadLink("link_broken");
    return { kind: "settings", settings, step: Number(match[2]) };
  } catch (error) {
    throw error instanceof BadLink ? error : new BadLink("link_broken");
  }
}

/** Only what the page itself reads; the core checks every field again. */
function isSettings(x: unknown): x is Settings {
  if (typeof x !== "object" || x === null) return false;
  const s = x as Partial<Settings>;
  const list = (value: unknown) => Array.isArray(value);
  const kinds = [s.data?.kind, s.optimizer?.kind, s.schedule?.kind, s.loss];
  return (
    kinds.every((kind) => typeof kind === "string") &&
    list(s.layers) &&
    list(s.inputs) &&
    list(s.start) &&
    list(s.edits) &&
    s.layers!.every((layer) => typeof layer?.units === "number" && typeof layer.activation === "string")
  );
}
