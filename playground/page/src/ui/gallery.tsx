// The examples: the lectures' systems and their mistakes, each with two sentences and its chapter.

import { useEffect, useRef } from "preact/hooks";
import { loadPreset, run } from "../actions";
import type { Preset } from "../contract";
import { embed, inBook } from "../prefs";
import { changed, preset, presets } from "../state";
import { isMistake, presetText, t } from "../texts";
import { IconButton } from "./fields";
import { Glyph } from "./glyph";
import { Icon } from "./icons";

/** The guide's chapter: beside this file in the book, else where the library is documented. */
export function chapterLink(chapter: string): string {
  const [file = "", section] = chapter.split("#");
  const hash = section ? `#${section}` : "";
  if (inBook) return `${file}.html${hash}`;
  const module = /^\d/.test(file) ? `chapter_${file.replace("_from_", "_")}` : file;
  return `https://docs.rs/chainrule/latest/chainrule/guide/${module}/index.html${hash}`;
}

export function Gallery({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const choose = async (chosen: Preset) => {
    onClose();
    await run(false);
    await loadPreset(chosen);
    history.replaceState(null, "", `#preset=${chosen.name}`);
  };
  const groups = [
    [t("lectures"), presets.value.filter((each) => !isMistake(each.name))],
    [t("mistakes"), presets.value.filter((each) => isMistake(each.name))],
  ] as const;
  return (
    <dialog ref={dialog} class="gallery" aria-labelledby="gallery-title" onClose={onClose}>
      <header>
        <h2 id="gallery-title">{t("examples")}</h2>
        <IconButton icon="close" label={t("close")} onClick={onClose} />
      </header>
      {groups.map(([title, members]) => (
        <section key={title}>
          <h3>{title}</h3>
          <ul>
            {members.map((each) => {
              const [name, story] = presetText(each.name);
              return (
                <li key={each.name} aria-current={preset.value?.name === each.name}>
                  <button type="button" data-preset={each.name} onClick={() => choose(each)}>
                    <Glyph data={each.settings.data} />
                    <span class="name">{name}</span>
                    <span class="story">{story}</span>
                  </button>
                  <a href={chapterLink(each.chapter)} target="_blank" rel="noopener">
                    <Icon name="book" /> {t("chapter")}
                  </a>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </dialog>
  );
}

/** Above the net: what the shown example is about. */
export function Story() {
  const shown = preset.value;
  if (!shown) return null;
  const [name, story] = presetText(shown.name);
  return (
    <section class="story" aria-label={t("example")}>
      <p>
        <strong>{name}</strong> {changed.value && <span class="muted">{t("changed")}</span>} {story}{" "}
        {!embed && (
          <a href={chapterLink(shown.chapter)} target="_blank" rel="noopener">
            {t("read_chapter")}
          </a>
        )}
        {changed.value && (
          <button type="button" class="plain" onClick={() => loadPreset(shown)}>
            {t("as_it_was")}
          </button>
        )}
      </p>
    </section>
  );
}
