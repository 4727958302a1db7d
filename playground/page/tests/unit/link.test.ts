import { expect, test } from "vitest";
import type { Settings } from "../../src/contract";
import { BadLink, decode, encode } from "../../src/link";
import { settings } from "./settings";

test("a link brings every field back, and the step", () => {
  const hash = encode({ settings, step: 1234 });
  expect(decode(hash)).toEqual({ kind: "settings", settings, step: 1234 });
});

test("a link of usual settings is short enough for a mail", () => {
  expect(encode({ settings, step: 1234 }).length).toBeLessThan(100);
});

test("numbers come back to the last bit", () => {
  const start = [{ param: "0.weight", values: [[0.1 + 0.2, 1e-300, -Math.PI]] }];
  const link = decode(encode({ settings: { ...settings, start }, step: 0 }));
  expect(link.kind === "settings" && link.settings.start).toEqual(start);
});

test("a preset by its name, with or without more behind it", () => {
  expect(decode("#preset=xor&embed")).toEqual({ kind: "preset", name: "xor" });
  expect(decode("#embed")).toEqual({ kind: "none" });
  expect(decode("")).toEqual({ kind: "none" });
});

const code = (hash: string) => {
  try {
    decode(hash);
    return null;
  } catch (error) {
    return error instanceof BadLink ? error.code : error;
  }
};

test("a link that was cut, changed or made up is broken; one of a later version is too new", () => {
  const whole = encode({ settings, step: 7 });
  expect(code(whole.slice(0, -20))).toBe("link_broken");
  expect(code("#s=1.7.AAAA")).toBe("link_broken");
  expect(code("#s=hello")).toBe("link_broken");
  expect(code("#s=1.99999999999999.AAAA")).toBe("link_broken");
  expect(code(whole.replace("#s=1.", "#s=2."))).toBe("link_too_new");
});

test("what is packed must be settings", () => {
  for (const other of [null, [], 7, "text", {}, { ...settings, layers: 5 }, { ...settings, data: null }]) {
    expect(code(encode({ settings: other as unknown as Settings, step: 0 }))).toBe("link_broken");
  }
});

test("links that people have keep working: the dictionary is what it was", () => {
  const sent = "#s=1.1234.IyeFmaCkMJBFYCvNMZKYkenApjGkFAZM7YTL7SGRwgyAAT6kkhgA";
  expect(decode(sent)).toEqual({ kind: "settings", settings, step: 1234 });
});
