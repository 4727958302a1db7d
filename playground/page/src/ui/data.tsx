// The data: which set, how many samples, how noisy, how many of them for testing.

import { change, changeData } from "../actions";
import type { Data, Input } from "../contract";
import { fixed, percent, thousands } from "../format";
import { settings, structure } from "../state";
import { type TextKey, t } from "../texts";
import { CsvPanel } from "./csv";
import { IconButton, NumberField, newSeed, Panel, Range, Select, Trouble } from "./fields";
import { Glyph, setName } from "./glyph";

const seeded = { noise: 0.1, seed: 1 };
const groups: { title: TextKey; data: Data[] }[] = [
  {
    title: "two_classes",
    data: [
      ...(["circles", "xor", "moons", "spirals", "blobs", "parabola", "rare"] as const).map(
        (set): Data => ({ kind: "planar", set, samples: set === "rare" ? 400 : 200, ...seeded }),
      ),
      { kind: "gate", gate: "xor" },
    ],
  },
  {
    title: "curves",
    data: [
      ...(["line", "parabola", "sine", "step"] as const).map(
        (set): Data => ({ kind: "curve", set, samples: 60, ...seeded }),
      ),
      ...(["plane", "gaussian"] as const).map((set): Data => ({ kind: "surface", set, samples: 200, ...seeded })),
    ],
  },
  {
    title: "your_own",
    data: [
      { kind: "digits", samples: 300, seed: 1, drawn: [] },
      { kind: "csv", text: "", target: null, task: null },
    ],
  },
];
const gates = ["and", "or", "nand", "nor", "xor", "xor_with_ones"] as const;
const inputs: readonly (readonly [Input, string])[] = [
  ["x1", "x₁"],
  ["x2", "x₂"],
  ["x1_squared", "x₁²"],
  ["x2_squared", "x₂²"],
  ["x1_x2", "x₁x₂"],
  ["sin_x1", "sin x₁"],
  ["sin_x2", "sin x₂"],
];

function same(a: Data, b: Data): boolean {
  return a.kind === b.kind && setName(a) === setName(b);
}

export function DataPanel() {
  const now = settings.value;
  if (!now) return null;
  const { data } = now;
  return (
    <Panel id="data" title={t("data")}>
      {groups.map(({ title, data: sets }) => (
        <fieldset class="tiles" key={title}>
          <legend>{t(title)}</legend>
          {sets.map((each) => (
            <label key={each.kind + setName(each)} title={t(`set_${setName(each)}` as TextKey)}>
              <input
                type="radio"
                name="set"
                data-set={`${each.kind}-${setName(each)}`}
                checked={same(each, data)}
                onChange={() => choose(each)}
              />
              <Glyph data={each} />
              <span class="unseen">{t(`set_${setName(each)}` as TextKey)}</span>
            </label>
          ))}
        </fieldset>
      ))}
      <p class="chosen">
        <strong>{t(`set_${setName(data)}` as TextKey)}</strong>
        <Counts />
      </p>
      <Trouble place="data" />
      {data.kind === "gate" && (
        <Select
          label={t("gate")}
          place="gate"
          value={data.gate}
          options={gates.map((gate) => [gate, t(`gate_${gate}`)] as const)}
          onChange={(gate) => change("gate", { data: { kind: "gate", gate } })}
        />
      )}
      {data.kind === "csv" && <CsvPanel />}
      {"samples" in data && <Drawn data={data} />}
      {data.kind !== "gate" && (
        <Range
          label={t("test_share")}
          place="test_share"
          value={now.test_share}
          min={0}
          max={0.9}
          step={0.05}
          show={(share) => percent(share).replace(".0", "")}
          onChange={(test_share) => change("test_share", { test_share: Math.round(test_share * 100) / 100 })}
        />
      )}
      {data.kind === "planar" && (
        <fieldset class="chips">
          <legend>{t("inputs")}</legend>
          {inputs.map(([input, name]) => (
            <label key={input}>
              <input
                type="checkbox"
                checked={now.inputs.includes(input)}
                onChange={(event) => toggle(input, event.currentTarget.checked)}
              />
              <span>{name}</span>
            </label>
          ))}
          <Trouble place="inputs" />
        </fieldset>
      )}
    </Panel>
  );
}

/** Samples, noise and seed of a set that is drawn by chance. */
function Drawn({ data }: { data: Extract<Data, { samples: number }> }) {
  const set = (patch: Partial<Data>, place: string) => change(place, { data: { ...data, ...patch } as Data });
  return (
    <>
      <Range
        label={t("samples")}
        place="samples"
        value={data.samples}
        min={data.kind === "curve" ? 10 : 20}
        max={data.kind === "digits" ? 600 : 1000}
        step={10}
        show={thousands}
        onChange={(samples) => set({ samples }, "samples")}
      />
      {"noise" in data && (
        <Range
          label={t("noise")}
          place="noise"
          value={data.noise}
          min={0}
          max={0.5}
          step={0.01}
          show={(noise) => fixed(noise, 2)}
          onChange={(noise) => set({ noise }, "noise")}
        />
      )}
      <NumberField
        label={t("data_seed")}
        place="data_seed"
        value={data.seed}
        min={0}
        max={4294967295}
        whole
        after={
          <IconButton icon="dice" label={t("other_samples")} onClick={() => set({ seed: newSeed() }, "data_seed")} />
        }
        onChange={(seed) => set({ seed }, "data_seed")}
      />
    </>
  );
}

function Counts() {
  const now = structure.value;
  if (!now) return null;
  return <span class="muted">{t("counts", { train: thousands(now.counts[0]), test: thousands(now.counts[1]) })}</span>;
}

function choose(data: Data): void {
  if (data.kind === "csv") {
    // nothing to train on yet: the panel for it opens, the net stays as it is
    csvOpen();
    return;
  }
  changeData(data);
}

function csvOpen(): void {
  const dialog = document.getElementById("csv-dialog") as HTMLDialogElement | null;
  dialog?.showModal();
}

function toggle(input: Input, on: boolean): void {
  const now = settings.value!.inputs;
  const next = inputs.map(([each]) => each).filter((each) => (each === input ? on : now.includes(each)));
  change("inputs", { inputs: next });
}
