// How it is computed: the equations of the clicked weight, unit or loss with their numbers; weights can be changed here.

import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { attempt, engine, redraw, setWeight } from "../actions";
import { type Param, weightName, weightOf } from "../columns";
import type { Explained, Target } from "../contract";
import { fixed, thousands } from "../format";
import * as state from "../state";
import { explainedText, partTitle, t, unitTitle } from "../texts";
import { Panel, Trouble } from "./fields";

/** A unit with all that leads to it: its weighted sum first, then what is made of it; on the way back the other way round. */
async function explain(sample: number, target: Target): Promise<Explained> {
  const column = target.what === "unit" ? state.cols.value.find(({ position }) => position === target.position) : null;
  if (target.what !== "unit" || !column || column.layer === null) return engine.ask("explain", sample, target);
  const steps: Explained[] = [];
  for (let position = column.layer + 1; position <= target.position; position++) {
    steps.push(await engine.ask("explain", sample, { ...target, position }));
  }
  const blocks = (backward: boolean, all: Explained[]) =>
    all.flatMap((step) => step.blocks.filter(({ part }) => (part === "backward") === backward));
  return { title: steps[steps.length - 1]!.title, blocks: [...blocks(false, steps), ...blocks(true, steps.reverse())] };
}

/** Asks anew when something changed, at most every 300 ms. */
function useExplanation(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let wanted = false;
    const ask = async () => {
      const target = state.selected.peek();
      state.explained.value = await attempt("explain", () => explain(state.sample.peek(), target));
      timer = setTimeout(() => {
        timer = null;
        if (wanted) {
          wanted = false;
          timer = setTimeout(ask, 0);
        }
      }, 300);
    };
    let last = "";
    return effect(() => {
      const key = JSON.stringify([
        state.selected.value,
        state.sample.value,
        state.build.value,
        state.step.value,
        state.calm.value?.cursor,
      ]);
      if (key === last || !state.structure.value) return;
      last = key;
      if (timer === null) timer = setTimeout(ask, 0);
      else wanted = true;
    });
  }, []);
}

export function ExplainPanel() {
  useExplanation();
  const structure = state.structure.value;
  const explained = state.explained.value;
  const copied = useSignal(false);
  if (!structure) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(asText());
    copied.value = true;
    setTimeout(() => (copied.value = false), 1500);
  };
  return (
    <Panel
      id="explain"
      title={t("explain")}
      class="explain"
      aside={
        <>
          <SampleChoice />
          <button type="button" class="quiet" onClick={copy}>
            {copied.value ? t("copied") : t("copy")}
          </button>
        </>
      }
    >
      <p class="subject">
        <strong>{subject(state.selected.value)}</strong>{" "}
        {state.selected.value.what === "loss" && <span class="muted">{t("explain_hint")}</span>}
      </p>
      <WeightTable />
      <Trouble place="weight" />
      <Trouble place="explain" />
      <div class="equations">
        {explained?.blocks.map((block, index) => (
          <section key={index}>
            <h3>
              <span>{partTitle(block.part)}</span> <Said sentence={block.title} />
            </h3>
            {block.notes.map((note) => (
              <p class="muted" key={note}>
                <Said sentence={note} />
              </p>
            ))}
            {block.equations.map((equation) => (
              <code key={equation}>{equation}</code>
            ))}
          </section>
        ))}
      </div>
    </Panel>
  );
}

function Said({ sentence }: { sentence: string }) {
  const said = explainedText(sentence);
  return <span lang={said.lang}>{said.text}</span>;
}

function asText(): string {
  const explained = state.explained.value;
  const blocks = explained?.blocks.map(({ part, title, notes, equations }) =>
    [
      `${partTitle(part)}: ${explainedText(title).text}`,
      ...notes.map((note) => explainedText(note).text),
      ...equations,
    ].join("\n"),
  );
  return [explained?.title ?? "", ...(blocks ?? [])].join("\n\n");
}

function subject(target: Target): string {
  const structure = state.structure.value!;
  if (target.what === "loss") return t("the_loss");
  if (target.what === "unit") return unitTitle(structure, target.position, target.unit);
  if (target.what === "layer") return structure.layers[target.layer]?.name ?? "";
  const param = state.paramsByName.value.get(target.param);
  return param ? t("the_weight", { name: weightName(param, target.row, target.column) }) : target.param;
}

/** Which sample is followed. */
export function SampleChoice() {
  const most = state.structure.value!.train.inputs.length;
  return (
    <label class="inline">
      {t("for_sample")}{" "}
      <input
        type="number"
        min={1}
        max={most}
        value={state.sample.value + 1}
        onChange={(event) => {
          const wanted = Math.round(Number(event.currentTarget.value));
          state.sample.value = Math.max(1, Math.min(most, wanted || 1)) - 1;
          event.currentTarget.value = String(state.sample.value + 1);
          redraw();
        }}
      />
    </label>
  );
}

const mostRows = 30;

/** The weights that lead to what is selected, each a field: type another number and see what follows. */
function WeightTable() {
  const target = state.selected.value;
  const frame = state.calm.value;
  if (!frame) return null;
  const entries: { param: Param; row: number; column: number }[] = [];
  if (target.what === "weight") {
    const param = state.paramsByName.value.get(target.param);
    if (param) entries.push({ param, row: target.row, column: target.column });
  } else if (target.what === "unit") {
    const column = state.cols.value.find(({ position }) => position === target.position);
    const rows = Math.min(column?.weight?.rows ?? 0, mostRows);
    for (let row = 0; row < rows; row++) entries.push({ param: column!.weight!, row, column: target.unit });
    if (column?.bias) entries.push({ param: column.bias, row: 0, column: target.unit });
  }
  if (entries.length === 0) return null;
  return (
    <fieldset class="weights">
      <legend>{t("weights_by_hand")}</legend>
      {entries.map(({ param, row, column }) => (
        <Weight
          key={`${param.name}/${row}/${column}`}
          param={param}
          row={row}
          column={column}
          value={weightOf(frame, param, row, column)}
        />
      ))}
    </fieldset>
  );
}

function Weight({ param, row, column, value }: { param: Param; row: number; column: number; value: number }) {
  const typed = useSignal<string | null>(null);
  const name = weightName(param, row, column);
  const commit = async () => {
    if (typed.value === null) return;
    const number = Number(typed.value.trim().replace(",", ".").replace("−", "-"));
    // what is no number the core refuses, in its words
    const wanted = typed.value.trim() === "" ? Number.NaN : number;
    if (await setWeight(param.name, row, column, wanted)) typed.value = null;
  };
  return (
    <label>
      <span>{name}</span>
      <input
        inputMode="decimal"
        data-weight-field={`${param.name}/${row}/${column}`}
        value={typed.value ?? fixed(value, 4)}
        onInput={(event) => (typed.value = event.currentTarget.value)}
        onChange={commit}
      />
    </label>
  );
}

/** What a screen reader hears of a training: when it stops, not sixty times a second. */
export function announced(): string {
  const now = state.calm.value;
  if (state.running.value || !now) return "";
  return t("announce", { step: thousands(now.step), loss: fixed(now.loss, 3) });
}
