// What one takes along: the Rust program, the model's file, pictures, and the link.

import { useSignal } from "@preact/signals";
import { attempt, engine, link } from "../actions";
import type { Structure } from "../contract";
import { longest } from "../link";
import { coreVersion, structure } from "../state";
import { t } from "../texts";
import { Panel, Trouble } from "./fields";
import { Icon } from "./icons";

type Picture = "output" | "net" | "loss";

function save(name: string, data: BlobPart, type: string): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(new Blob([data], { type }));
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}

/** Copies the link that brings this picture back, and puts it into the address bar. */
export function CopyLink(props: { compact?: boolean; onCopied: (text: string) => void }) {
  const copy = async () => {
    const hash = link();
    const said = hash.length > longest ? t("link_long", { n: Math.round(hash.length / 1000) }) : t("link_copied");
    try {
      history.replaceState(null, "", hash);
      await navigator.clipboard.writeText(location.href);
      props.onCopied(said);
    } catch {
      props.onCopied(t("link_in_bar"));
    }
    setTimeout(() => props.onCopied(""), 4000);
  };
  return (
    <button
      type="button"
      class="quiet"
      id={props.compact ? "copy-link" : "copy-link-below"}
      disabled={!structure.value}
      onClick={copy}
    >
      <Icon name="link" /> {t("copy_link")}
    </button>
  );
}

/** Of the output, there is a picture where the samples lie in a plane. */
function pictures(picture: Structure["picture"] | undefined): readonly Picture[] {
  return picture === "plane" || picture === "curve" ? ["output", "net", "loss"] : ["net", "loss"];
}

export function TakePanel() {
  const program = useSignal<string | null>(null);
  const said = useSignal("");
  const picture = async (kind: Picture) => {
    const svg = await attempt("take", () => engine.ask("picture", kind));
    if (svg) save(`${kind}.svg`, svg, "image/svg+xml");
  };
  const rust = async () => {
    program.value = program.value === null ? await attempt("take", () => engine.ask("rustProgram")) : null;
  };
  const model = async () => {
    const bytes = await attempt("take", () => engine.ask("modelFile"));
    if (bytes) save("model.chainrule", new Uint8Array(bytes), "application/octet-stream");
  };
  const copy = async () => {
    await navigator.clipboard.writeText(program.value!).catch(() => {});
    said.value = t("copied");
    setTimeout(() => (said.value = ""), 2000);
  };
  return (
    <Panel id="take" title={t("take")} class="take">
      <div class="row wrap">
        <button type="button" class="quiet" aria-expanded={program.value !== null} onClick={rust}>
          <Icon name="copy" /> {t("rust_program")}
        </button>
        <button type="button" class="quiet" onClick={model}>
          <Icon name="down" /> {t("model_file")}
        </button>
        {pictures(structure.value?.picture).map((kind) => (
          <button type="button" class="quiet" key={kind} onClick={() => picture(kind)}>
            <Icon name="down" /> {t(`picture_${kind}`)}
          </button>
        ))}
        <CopyLink onCopied={(text) => (said.value = text)} />
      </div>
      <p role="status" class="muted">
        {said.value}
      </p>
      <Trouble place="take" />
      {program.value !== null && (
        <div class="program">
          <div class="row">
            <button type="button" class="quiet" onClick={copy}>
              <Icon name="copy" /> {t("copy")}
            </button>
            <button type="button" class="quiet" onClick={() => save("main.rs", program.value!, "text/plain")}>
              <Icon name="down" /> main.rs
            </button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <pre tabIndex={0} lang="en">
            {program.value}
          </pre>
        </div>
      )}
      <p class="muted small">
        {t("made_with")} chainrule {coreVersion.value}
      </p>
    </Panel>
  );
}
