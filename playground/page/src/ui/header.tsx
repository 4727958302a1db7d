// The top of the page: its name, the examples, the link, language and scheme.

import { useState } from "preact/hooks";
import { type Lang, lang, type Scheme, scheme } from "../prefs";
import { t } from "../texts";
import { IconButton } from "./fields";
import { Icon } from "./icons";
import { CopyLink } from "./take";

const schemes: readonly Scheme[] = ["auto", "light", "dark"];
const schemeIcon = { auto: "half", light: "sun", dark: "moon" } as const;

export function Header({ onGallery }: { onGallery: () => void }) {
  const [copied, setCopied] = useState("");
  const next = schemes[(schemes.indexOf(scheme.value) + 1) % schemes.length]!;
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 32 24" width="32" height="24" aria-hidden="true" class="logo">
          <path d="M5 6 16 12 5 18M16 12h11" />
          <circle cx="5" cy="6" r="3.5" class="c0" />
          <circle cx="5" cy="18" r="3.5" class="c1" />
          <circle cx="16" cy="12" r="3.5" class="c2" />
          <circle cx="27" cy="12" r="3.5" class="c0" />
        </svg>
        chainrule <span>{t("playground")}</span>
      </h1>
      <button type="button" class="quiet" id="examples" onClick={onGallery}>
        <Icon name="grid" /> {t("examples")}
      </button>
      <span class="spring" aria-live="polite">
        {copied}
      </span>
      <CopyLink onCopied={setCopied} compact />
      <fieldset class="choice lang">
        <legend class="unseen">{t("language")}</legend>
        {(
          [
            ["en", "EN", "English"],
            ["ko", "한", "한국어"],
          ] as [Lang, string, string][]
        ).map(([value, short, name]) => (
          <label key={value} title={name} lang={value}>
            <input type="radio" name="lang" checked={lang.value === value} onChange={() => (lang.value = value)} />
            <span aria-hidden="true">{short}</span>
            <span class="unseen">{name}</span>
          </label>
        ))}
      </fieldset>
      <IconButton
        icon={schemeIcon[scheme.value]}
        label={t("scheme", { now: t(`scheme_${scheme.value}`) })}
        onClick={() => (scheme.value = next)}
      />
    </header>
  );
}
