// How a reader wants to see the page: language, scheme, numbers, motion. Kept in the browser where that is allowed.

import { computed, effect, signal } from "@preact/signals";

export type Lang = "en" | "ko";
export type Scheme = "auto" | "light" | "dark";

function stored(key: string): string | null {
  try {
    return localStorage.getItem(`chainrule.${key}`);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(`chainrule.${key}`, value);
  } catch {
    // a page opened from disk may have no storage; then it begins anew each time
  }
}

function firstLang(): Lang {
  const wanted = new URLSearchParams(location.search).get("lang") ?? stored("lang") ?? navigator.language;
  return wanted.toLowerCase().startsWith("ko") ? "ko" : "en";
}

function firstScheme(): Scheme {
  const wanted = new URLSearchParams(location.search).get("scheme") ?? stored("scheme");
  return wanted === "light" || wanted === "dark" ? wanted : "auto";
}

export const lang = signal<Lang>(firstLang());
export const scheme = signal<Scheme>(firstScheme());
/** Numbers on lines and units. */
export const numbers = signal(stored("numbers") === "yes");

const system = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(system.matches);
system.addEventListener("change", () => {
  systemDark.value = system.matches;
});
export const dark = computed(() => (scheme.value === "auto" ? systemDark.value : scheme.value === "dark"));

const query = new URLSearchParams(location.search);
/** The small form for a frame in another page. */
export const embed = query.has("embed") || /[#&]embed\b/.test(location.hash);

/** Whether the guide's chapters lie beside this file. */
export const inBook = embed || query.has("book");

export function applyPrefs(): void {
  effect(() => {
    document.documentElement.lang = lang.value;
    store("lang", lang.value);
  });
  effect(() => {
    document.documentElement.dataset.scheme = dark.value ? "dark" : "light";
    store("scheme", scheme.value);
  });
  effect(() => store("numbers", numbers.value ? "yes" : "no"));
}
