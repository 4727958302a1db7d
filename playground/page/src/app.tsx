// The page: what stands where.

import { useSignal } from "@preact/signals";
import { link } from "./actions";
import { embed } from "./prefs";
import { notice, structure } from "./state";
import { t } from "./texts";
import { CsvDialog } from "./ui/csv";
import { DataPanel } from "./ui/data";
import { announced, ExplainPanel } from "./ui/explain";
import { IconButton } from "./ui/fields";
import { Gallery, Story } from "./ui/gallery";
import { Header } from "./ui/header";
import { Icon } from "./ui/icons";
import { DoctorPanel, GradientsPanel, HistogramsPanel } from "./ui/insight";
import { NetPanel } from "./ui/net";
import { NumbersPanel } from "./ui/numbers";
import { OutputPanel } from "./ui/output";
import { TakePanel } from "./ui/take";
import { TrainingPanel } from "./ui/training";
import { Transport } from "./ui/transport";

export function App() {
  return embed ? <Embedded /> : <Whole />;
}

function Whole() {
  const gallery = useSignal(false);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("run")?.focus()}>
        {t("skip")}
      </button>
      <Header onGallery={() => (gallery.value = true)} />
      <Notice />
      <main>
        <Transport />
        <Story />
        <div class="bench">
          <DataPanel />
          <div class="area">
            <TrainingPanel />
            <NetPanel />
            <OutputPanel />
            <NumbersPanel />
            <DoctorPanel />
            <ExplainPanel />
            <div class="inside">
              <GradientsPanel />
              <HistogramsPanel />
            </div>
            <TakePanel />
          </div>
        </div>
      </main>
      <Gallery open={gallery.value} onClose={() => (gallery.value = false)} />
      <CsvDialog />
      <Live />
    </>
  );
}

/** The small form: run, output, net; everything else is a click away. */
function Embedded() {
  const open = () => {
    const page = new URL(location.href);
    page.search = "?book";
    page.hash = structure.value ? link() : "";
    window.open(page, "_blank", "noopener");
  };
  return (
    <main class="embedded">
      <Notice />
      <Story />
      <Transport compact />
      <div class="area">
        <NetPanel />
        <OutputPanel />
      </div>
      <footer>
        <button type="button" class="quiet" id="open-window" onClick={open}>
          <Icon name="out" /> {t("open_window")}
        </button>
      </footer>
      <Live />
    </main>
  );
}

function Notice() {
  const now = notice.value;
  if (!now) return null;
  return (
    <p class="notice" role="alert">
      <span>{t(now.key, now.values)}</span>
      <IconButton icon="close" label={t("close")} onClick={() => (notice.value = null)} />
    </p>
  );
}

function Live() {
  return (
    <p class="unseen" aria-live="polite" id="live">
      {announced()}
    </p>
  );
}
