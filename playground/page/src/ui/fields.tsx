// Controls: each with its label, its number and, beneath, the sentence about what was wrong with it.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { settle } from "../actions";
import { problems } from "../state";
import { problemText, t } from "../texts";
import { Icon, type IconName } from "./icons";

/** The sentence about what went wrong at a place. */
export function Trouble({ place, id }: { place: string; id?: string }) {
  const problem = problems.value[place];
  if (!problem) return null;
  const { text, help } = problemText(problem);
  return (
    <p class="trouble" id={id} role="alert">
      <span>
        {text} {help && <span class="help">{help}</span>}
      </span>
      <button type="button" class="icon" aria-label={t("close")} onClick={() => settle(place)}>
        <Icon name="close" />
      </button>
    </p>
  );
}

export function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  place: string;
  hidden?: boolean;
  disabled?: boolean;
  onChange: (value: T) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={props.hidden ? "unseen" : ""}>
        {props.label}
      </label>
      <select
        id={id}
        disabled={props.disabled ?? false}
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
      <Trouble place={props.place} />
    </div>
  );
}

/** A number that is typed; taken with Enter or when the focus leaves. What can't be a number stays, with a sentence. */
export function NumberField(props: {
  label: string;
  value: number;
  place: string;
  min?: number;
  max?: number;
  /** `min` itself is too small. */
  above?: boolean;
  whole?: boolean;
  hidden?: boolean;
  after?: ComponentChildren;
  onChange: (value: number) => void;
}) {
  const id = useId();
  const [text, setText] = useState(String(props.value));
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText(String(props.value));
    setWrong(false);
  }, [props.value]);
  const commit = (typed: string) => {
    const value = Number(typed.trim().replace(",", ".").replace("−", "-"));
    const fits =
      typed.trim() !== "" &&
      Number.isFinite(value) &&
      value >= (props.min ?? -Infinity) &&
      !(props.above && value === props.min) &&
      value <= (props.max ?? Infinity) &&
      (!props.whole || Number.isInteger(value));
    setWrong(!fits);
    settle(props.place);
    if (fits && value !== props.value) props.onChange(value);
  };
  const kind = props.whole ? t("a_whole_number") : t("a_number");
  const range =
    props.max === undefined || props.max > 1e9
      ? props.min === undefined
        ? t("needs", { kind })
        : t(props.above ? "needs_above" : "needs_from", { kind, min: props.min })
      : t("needs_between", { kind, min: props.min ?? 0, max: props.max });
  return (
    <div class="field">
      <label for={id} class={props.hidden ? "unseen" : ""}>
        {props.label}
      </label>
      <span class="row">
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          value={text}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onInput={(event) => setText(event.currentTarget.value)}
          onChange={(event) => commit(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && commit(event.currentTarget.value)}
        />
        {props.after}
      </span>
      {wrong && (
        <p class="trouble" id={`${id}-wrong`} role="alert">
          {range}
        </p>
      )}
      <Trouble place={props.place} />
    </div>
  );
}

export function Range(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  place: string;
  show: (value: number) => string;
  onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {props.label} <output>{props.show(props.value)}</output>
      </label>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        onInput={(event) => props.onChange(Number(event.currentTarget.value))}
      />
      <Trouble place={props.place} />
    </div>
  );
}

export function Check(props: {
  label: string;
  checked: boolean;
  class?: string;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label class={`check ${props.class ?? ""}`}>
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

export function IconButton(props: {
  icon: IconName;
  label: string;
  disabled?: boolean;
  class?: string;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={`icon ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** A card of the page, with its heading. */
export function Panel(props: {
  id: string;
  title: string;
  class?: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ""}`} id={props.id} aria-labelledby={`${props.id}-title`}>
      <header>
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** A number between 1 and 2³² − 1 for a seed. */
export function newSeed(): number {
  return 1 + Math.floor(Math.random() * 9998);
}
