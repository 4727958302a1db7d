// The controls of the layers: how many units, which activation, and what else belongs to one.

import { change } from "../actions";
import type { Column } from "../columns";
import type { Activation, Initializer, LayerSettings, OutputSettings } from "../contract";
import { percent } from "../format";
import { settings, structure } from "../state";
import { t } from "../texts";
import { Check, IconButton, Range, Select, Trouble } from "./fields";

const activations: readonly Activation[] = [
  "linear",
  "sigmoid",
  "tanh",
  "relu",
  "leaky_relu",
  "elu",
  "gelu",
  "silu",
  "softplus",
  "step",
];
const outputs: readonly OutputSettings["activation"][] = ["auto", "linear", "sigmoid", "softmax", "tanh", "relu"];
const initializers: readonly Initializer[] = [
  "auto",
  "xavier_uniform",
  "xavier_normal",
  "he_uniform",
  "he_normal",
  "normal_large",
  "zeros",
];
const fresh: LayerSettings = {
  units: 4,
  activation: "tanh",
  initializer: "auto",
  bias: true,
  batch_norm: false,
  dropout: 0,
};

/** One layer more, like the last, or one less. */
export function changeCount(by: 1 | -1): void {
  const { layers } = settings.value!;
  const last = layers[layers.length - 1] ?? fresh;
  change("layers", { layers: by > 0 ? [...layers, { ...last, units: Math.min(4, last.units) }] : layers.slice(0, -1) });
}

function set(index: number, patch: Partial<LayerSettings>): void {
  const { layers } = settings.value!;
  change("layers", { layers: layers.map((layer, at) => (at === index ? { ...layer, ...patch } : layer)) });
}

/** Above a column of the net. */
export function LayerHead(props: { column: Column; x: number; width: number; open: boolean; onMore: () => void }) {
  const { column } = props;
  const style = { left: `${props.x - props.width / 2}px`, width: `${props.width}px` };
  const layer = column.setting === null ? null : settings.value!.layers[column.setting];
  if (!layer) {
    return (
      <div class="head" style={style}>
        <strong>{column.kind === "input" ? t("inputs") : t("output")}</strong>
        {column.kind === "input" ? <span class="muted">{column.units}</span> : <OutputActivation />}
      </div>
    );
  }
  const index = column.setting!;
  return (
    <div class="head" role="group" aria-label={t("layer_n", { n: index + 1 })} style={style}>
      <span class="stepper">
        <IconButton
          icon="minus"
          label={t("fewer", { n: index + 1 })}
          disabled={layer.units <= 1}
          onClick={() => set(index, { units: layer.units - 1 })}
        />
        <output>{layer.units}</output>
        <IconButton
          icon="plus"
          label={t("one_more", { n: index + 1 })}
          onClick={() => set(index, { units: layer.units + 1 })}
        />
      </span>
      <span class="row">
        <select
          aria-label={t("activation_of", { n: index + 1 })}
          value={layer.activation}
          onChange={(event) => set(index, { activation: event.currentTarget.value as Activation })}
        >
          {activations.map((each) => (
            <option key={each} value={each} selected={each === layer.activation}>
              {t(`activation_${each}`)}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="icon more"
          aria-expanded={props.open}
          aria-label={t("more_of", { n: index + 1 })}
          title={t("more_of", { n: index + 1 })}
          onClick={props.onMore}
        >
          ⋯
        </button>
      </span>
    </div>
  );
}

/** Which activation the output has; where it fits the data, its name stands there. */
function OutputActivation() {
  const { output } = settings.value!;
  const last = structure.value!.layers[structure.value!.layers.length - 1]?.kind ?? "";
  const name = last === "dense" ? t("activation_linear") : last;
  return (
    <select
      aria-label={t("activation_of_output")}
      value={output.activation}
      onChange={(event) => {
        const activation = event.currentTarget.value as OutputSettings["activation"];
        change("layers", { output: { ...output, activation } });
      }}
    >
      {outputs.map((each) => (
        <option key={each} value={each} selected={each === output.activation}>
          {each === "auto" && output.activation === "auto" ? name : t(`activation_${each}`)}
        </option>
      ))}
    </select>
  );
}

/** Below the net: what else belongs to a layer. */
export function LayerMore({ index, onClose }: { index: number; onClose: () => void }) {
  const layer = settings.value!.layers[index]!;
  return (
    <section class="layermore" aria-label={t("layer_n", { n: index + 1 })}>
      <h3>{t("layer_n", { n: index + 1 })}</h3>
      <Select
        label={t("initializer")}
        place="initializer"
        value={layer.initializer}
        options={initializers.map((each) => [each, t(`initializer_${each}`)] as const)}
        onChange={(initializer) => set(index, { initializer })}
      />
      <Range
        label={t("dropout")}
        place="dropout"
        value={layer.dropout}
        min={0}
        max={0.9}
        step={0.05}
        show={(share) => percent(share).replace(".0", "")}
        onChange={(dropout) => set(index, { dropout: Math.round(dropout * 100) / 100 })}
      />
      <Check label={t("bias")} checked={layer.bias} onChange={(bias) => set(index, { bias })} />
      <Check label={t("batch_norm")} checked={layer.batch_norm} onChange={(batch_norm) => set(index, { batch_norm })} />
      <button
        type="button"
        class="quiet"
        onClick={() => {
          onClose();
          const { layers } = settings.value!;
          change("layers", { layers: layers.filter((_, at) => at !== index) });
        }}
      >
        {t("remove_this_layer")}
      </button>
      <IconButton icon="close" label={t("close")} onClick={onClose} />
    </section>
  );
}

export function NetTrouble() {
  return <Trouble place="layers" />;
}
