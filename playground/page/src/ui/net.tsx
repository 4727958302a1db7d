// The net: layers and units, lines as wide as their weights, and in each unit a picture of what it answers.

import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { redraw } from "../actions";
import { css, mix, paper, signColor, zoom } from "../colors";
import { unitName, weightName, weightOf } from "../columns";
import { fixed, short } from "../format";
import { type Layout, type Line, layout, neighbour } from "../netlayout";
import { dark, numbers } from "../prefs";
import * as state from "../state";
import { t, unitTitle } from "../texts";
import { Check, IconButton, Panel } from "./fields";
import { changeCount, LayerHead, LayerMore, NetTrouble } from "./layers";
import { NetPictures } from "./pictures";

export function NetPanel() {
  const structure = state.structure.value;
  const room = useSignal({ width: 0, height: 340 });
  const all = useSignal(false);
  const open = useSignal<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width } = entry!.contentRect;
      const height = Math.max(240, Math.min(620, Math.round(window.innerHeight * 0.41)));
      if (width !== room.peek().width || height !== room.peek().height) room.value = { width, height };
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [structure === null]);
  const columns = state.cols.value;
  const images = structure?.picture === "digits";
  const place = useMemo(
    () => layout(columns, room.value.width, room.value.height, all.value, images, zoom()),
    [columns, room.value, all.value, images],
  );
  if (!structure) return <div ref={box} class="panel" />;
  const layers = state.settings.value!.layers.length;
  const more = place.hidden.reduce((sum, n) => sum + n, 0);
  return (
    <Panel
      id="net"
      title={t("net")}
      class="net"
      aside={
        <>
          <span class="stepper">
            <IconButton
              icon="minus"
              label={t("remove_layer")}
              disabled={layers === 0}
              onClick={() => changeCount(-1)}
            />
            <output>{t(layers === 1 ? "one_hidden_layer" : "hidden_layers", { n: layers })}</output>
            <IconButton icon="plus" label={t("add_layer")} onClick={() => changeCount(1)} />
          </span>
          <Check
            class="toggle"
            label={t("numbers")}
            checked={numbers.value}
            onChange={(on) => {
              numbers.value = on;
              redraw();
            }}
          />
        </>
      }
    >
      <div class="netscroll" ref={box}>
        <div class="netroom" style={{ width: `${place.width}px` }}>
          <div class="heads">
            {columns.map((column, index) => (
              <LayerHead
                key={index}
                column={column}
                x={place.xs[index]!}
                width={place.width / columns.length}
                open={open.value !== null && open.value === column.setting}
                onMore={() => (open.value = open.value === column.setting ? null : column.setting)}
              />
            ))}
          </div>
          <div class="stage" style={{ height: `${place.height}px` }}>
            <Lines place={place} />
            <NetPictures place={place} />
            <Units place={place} />
          </div>
          {(more > 0 || all.value) && (
            <button type="button" class="quiet" onClick={() => (all.value = !all.value)}>
              {all.value ? t("fewer_units") : t("more_units", { n: more })}
            </button>
          )}
        </div>
      </div>
      <NetTrouble />
      <Readout />
      {open.value !== null && open.value < layers && (
        <LayerMore index={open.value} onClose={() => (open.value = null)} />
      )}
    </Panel>
  );
}

/** The lines, whose colours and widths follow the weights without Preact in between. */
function Lines({ place }: { place: Layout }) {
  const ref = useRef<SVGSVGElement>(null);
  const labelled = numbers.value;
  useEffect(() => {
    const svg = ref.current!;
    const drawn = svg.querySelectorAll<SVGPathElement>(".lines path");
    const labels = svg.querySelectorAll<SVGTextElement>("text");
    return effect(() => {
      const frame = state.frame.value;
      const isDark = dark.value;
      if (!frame || frame.params.length < place.lines.length) return;
      const unit = lookedOrSelected();
      let largest = 2;
      for (const line of place.lines) largest = Math.max(largest, Math.abs(frame.params[line.at]!));
      place.lines.forEach((line, index) => {
        const weight = frame.params[line.at]!;
        const strength = Math.abs(weight) / largest;
        const path = drawn[index];
        if (!path) return;
        const color = mix(paper(isDark), signColor(weight, isDark), 0.3 + 0.7 * Math.sqrt(strength));
        path.setAttribute("stroke", css(color));
        path.setAttribute("stroke-width", (0.75 + 5.25 * strength).toFixed(2));
        const label = labels[index];
        if (label) {
          const shown = !line.crowded || isOf(line, unit);
          label.style.display = shown ? "" : "none";
          if (shown) label.textContent = short(weight);
        }
      });
    });
  }, [place, labelled]);
  const at = (event: Event) => {
    const index = (event.target as SVGElement).dataset.line;
    return index === undefined ? null : place.lines[Number(index)]!;
  };
  const chosen = state.selected.value;
  return (
    <svg
      ref={ref}
      width={place.width}
      height={place.height}
      aria-hidden="true"
      onPointerOver={(event) => (state.lookedWeight.value = at(event))}
      onPointerLeave={() => (state.lookedWeight.value = null)}
      onClick={(event) => {
        const line = at(event);
        if (line) state.selected.value = { what: "weight", param: line.param, row: line.row, column: line.column };
      }}
    >
      <g class="hits">
        {place.lines.map((line, index) => (
          <path key={index} d={line.path} data-line={index} data-weight={`${line.param}/${line.row}/${line.column}`} />
        ))}
      </g>
      <g class="lines">
        {place.lines.map((line, index) => (
          <path
            key={index}
            d={line.path}
            class={
              chosen.what === "weight" &&
              chosen.param === line.param &&
              chosen.row === line.row &&
              chosen.column === line.column
                ? "chosen"
                : ""
            }
          />
        ))}
      </g>
      {labelled &&
        place.lines.map((line, index) => (
          <text key={index} x={line.label[0]} y={line.label[1]} dy="0.35em" text-anchor="middle" />
        ))}
    </svg>
  );
}

/** The unit under the pointer or the focus, else the one that is explained. */
function lookedOrSelected(): { position: number; unit: number } | null {
  const selected = state.selected.value;
  return state.looked.value ?? (selected.what === "unit" ? selected : null);
}

function isOf(line: Line, at: { position: number; unit: number } | null): boolean {
  const columns = state.cols.value;
  if (!at) return false;
  return at.position === columns[line.to]?.position
    ? at.unit === line.column
    : at.position === columns[line.to - 1]?.position && at.unit === line.row;
}

/** A button for each unit; arrow keys go from one to the other. */
function Units({ place }: { place: Layout }) {
  const structure = state.structure.value!;
  const columns = state.cols.value;
  const focus = useSignal({ column: Math.max(0, columns.length - 1), unit: 0 });
  const box = useRef<HTMLDivElement>(null);
  const now = focus.value;
  const reachable = place.spots[now.column]?.[now.unit] ? now : { column: 0, unit: 0 };
  const chosen = state.selected.value;
  const look = (column: number, unit: number) => {
    state.looked.value = { position: columns[column]!.position, unit };
    redraw();
  };
  const leave = () => {
    state.looked.value = null;
    redraw();
  };
  const move = (event: KeyboardEvent, column: number, unit: number) => {
    const next = neighbour(place.spots, { column, unit }, event.key);
    if (!next) return;
    event.preventDefault();
    focus.value = next;
    box.current!.querySelector<HTMLElement>(`[data-unit="${next.column}/${next.unit}"]`)?.focus();
  };
  return (
    <div ref={box} class={`units ${numbers.value ? "numbered" : ""}`} role="group" aria-label={t("units_label")}>
      {place.spots.flat().map(({ column, unit, x, y, size }) => {
        const { position, kind } = columns[column]!;
        const isChosen = chosen.what === "unit" && chosen.position === position && chosen.unit === unit;
        return (
          <button
            type="button"
            key={`${column}/${unit}`}
            data-unit={`${column}/${unit}`}
            class={`unit ${kind}`}
            aria-label={unitTitle(structure, position, unit)}
            aria-pressed={isChosen}
            tabIndex={reachable.column === column && reachable.unit === unit ? 0 : -1}
            style={{
              left: `${x - size / 2}px`,
              top: `${y - size / 2}px`,
              width: `${size}px`,
              height: `${size}px`,
            }}
            onPointerEnter={(event) => event.pointerType === "mouse" && look(column, unit)}
            onPointerLeave={(event) => event.pointerType === "mouse" && leave()}
            onFocus={(event) => {
              focus.value = { column, unit };
              if (event.currentTarget.matches(":focus-visible")) look(column, unit);
            }}
            onBlur={leave}
            onKeyDown={(event) => move(event, column, unit)}
            onClick={() => {
              state.selected.value = { what: "unit", position, unit };
            }}
          />
        );
      })}
    </div>
  );
}

/** One line that says in numbers what is pointed at. */
function Readout() {
  const structure = state.structure.value!;
  const frame = state.frame.value;
  const weight = state.lookedWeight.value;
  const unit = state.looked.value;
  let text = t("readout_hint");
  if (weight && frame) {
    const param = state.paramsByName.value.get(weight.param);
    if (param) {
      const value = weightOf(frame, param, weight.row, weight.column);
      text = `${weightName(param, weight.row, weight.column)} = ${fixed(value, state.decimals.value)}`;
    }
  } else if (unit) {
    const value = state.view.value?.activations?.[unit.position]?.[unit.unit];
    const column = state.cols.value.find(({ position }) => position === unit.position);
    const parts = [unitTitle(structure, unit.position, unit.unit)];
    if (value !== undefined) parts.push(`${unitName(structure, unit.position, unit.unit)} = ${fixed(value, 4)}`);
    if (column?.bias && frame) {
      const bias = weightOf(frame, column.bias, 0, unit.unit);
      parts.push(`${weightName(column.bias, 0, unit.unit)} = ${fixed(bias, 4)}`);
    }
    text = parts.join(" · ");
  }
  return <p class="readout">{text}</p>;
}
