// How it is trained: optimizer, rate, batches, loss, seed; behind "more": schedule and regularisation.

import { useSignal } from "@preact/signals";
import { change } from "../actions";
import type { LossName, OptimizerSettings, ScheduleSettings } from "../contract";
import { settings, structure } from "../state";
import { t } from "../texts";
import { Check, IconButton, NumberField, newSeed, Panel, Select } from "./fields";

const losses: readonly LossName[] = [
  "auto",
  "mse",
  "half_mse",
  "summed_squares",
  "half_summed_squares",
  "mae",
  "huber",
  "bce",
  "summed_bce",
  "cce",
];
const optimizers = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"] as const;
const schedules: readonly ScheduleSettings["kind"][] = ["constant", "step_decay", "exponential", "cosine", "one_cycle"];

function set(patch: Partial<OptimizerSettings>, place: string): void {
  change(place, { optimizer: { ...settings.value!.optimizer, ...patch } });
}

export function TrainingPanel() {
  const more = useSignal(false);
  const now = settings.value;
  if (!now) return null;
  const { optimizer } = now;
  const most = structure.value?.train.inputs.length ?? 1;
  return (
    <Panel id="training" title={t("training")} class="training">
      <Select
        label={t("optimizer")}
        place="optimizer.kind"
        value={optimizer.kind}
        options={optimizers.map((kind) => [kind, t(`optimizer_${kind}`)] as const)}
        onChange={(kind) => set({ kind }, "optimizer.kind")}
      />
      <NumberField
        label={t("rate")}
        place="optimizer.rate"
        value={optimizer.rate}
        min={0}
        above
        onChange={(rate) => set({ rate }, "optimizer.rate")}
      />
      <NumberField
        label={t("batch_size")}
        place="batch_size"
        value={now.batch_size === 0 ? most : now.batch_size}
        min={1}
        max={1_000_000}
        whole
        onChange={(size) => change("batch_size", { batch_size: size >= most ? 0 : size })}
      />
      <Select
        label={t("loss")}
        place="loss"
        value={now.loss}
        options={losses.map((loss) => [loss, t(`loss_${loss}`)] as const)}
        onChange={(loss) => change("loss", { loss })}
      />
      <NumberField
        label={t("seed")}
        place="seed"
        value={now.seed}
        min={0}
        max={4294967295}
        whole
        after={
          <IconButton
            icon="dice"
            label={t("other_weights")}
            onClick={() => change("seed", { seed: newSeed(), start: [] })}
          />
        }
        onChange={(seed) => change("seed", { seed })}
      />
      <button type="button" class="quiet more" aria-expanded={more.value} onClick={() => (more.value = !more.value)}>
        {more.value ? t("less") : t("more")}
      </button>
      {more.value && <More />}
    </Panel>
  );
}

/** What most trainings leave as it is. */
function More() {
  const now = settings.value!;
  return (
    <div class="training">
      {["momentum", "nesterov", "rmsprop"].includes(now.optimizer.kind) && (
        <NumberField
          label={t("momentum")}
          place="optimizer.momentum"
          value={now.optimizer.momentum}
          min={0}
          max={0.999}
          onChange={(momentum) => set({ momentum }, "optimizer.momentum")}
        />
      )}
      <Select
        label={t("schedule")}
        place="schedule"
        value={now.schedule.kind}
        options={schedules.map((kind) => [kind, t(`schedule_${kind}`)] as const)}
        onChange={(kind) => change("schedule", { schedule: { kind } })}
      />
      {now.schedule.kind !== "constant" && (
        <NumberField
          label={t("epochs")}
          place="epochs"
          value={now.epochs}
          min={1}
          max={1_000_000}
          whole
          onChange={(epochs) => change("epochs", { epochs })}
        />
      )}
      <NumberField
        label={t("weight_decay")}
        place="weight_decay"
        value={now.weight_decay}
        min={0}
        onChange={(weight_decay) => change("weight_decay", { weight_decay })}
      />
      <Check label={t("shuffle")} checked={now.shuffle} onChange={(shuffle) => change("shuffle", { shuffle })} />
    </div>
  );
}
