// What goes on inside: gradients and steps by layer, histograms of the weights, and what the doctor finds.

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { engine } from "../actions";
import type { Structure } from "../contract";
import { short, significant, thousands } from "../format";
import { build, calm, findings, running, step, structure } from "../state";
import { findingHelp, findingTitle, t } from "../texts";
import { Panel } from "./fields";
import { chapterLink } from "./gallery";

function learning(structure: Structure): { index: number; name: string }[] {
  return structure.layers
    .map((layer, index) => ({ index, name: layer.name, params: layer.params.length }))
    .filter(({ params }) => params > 0);
}

export function GradientsPanel() {
  const now = calm.value;
  const shape = structure.value;
  if (!now || !shape) return null;
  const layers = learning(shape);
  const largest = Math.max(...now.gradient_norms, 1e-30);
  // over six powers of ten: gradients that fade do so by factors
  const width = (x: number) => (x > 0 ? Math.max(0, 100 * (1 + Math.log10(x / largest) / 6)) : 0);
  return (
    <Panel id="gradients" title={t("gradients")}>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">{t("layer")}</th>
            <th scope="col">{t("gradient_norm")}</th>
            <th scope="col">{t("update_ratio")}</th>
          </tr>
        </thead>
        <tbody>
          {layers.map(({ index, name }, row) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              <td>
                <i style={{ width: `${width(now.gradient_norms[row] ?? 0)}%` }} aria-hidden="true" />
                <span>{significant(now.gradient_norms[row] ?? 0, 3)}</span>
              </td>
              <td>{significant(now.update_ratios[row] ?? 0, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted small">{t("gradients_hint")}</p>
    </Panel>
  );
}

export function HistogramsPanel() {
  const now = calm.value;
  const shape = structure.value;
  if (!now || !shape) return null;
  return (
    <Panel id="histograms" title={t("histograms")}>
      <ul class="histograms">
        {now.weight_histograms.map(({ layer, from, to, counts }) => {
          const most = Math.max(1, ...counts);
          const zero = from < 0 && to > 0 ? (100 * -from) / (to - from) : null;
          return (
            <li key={layer}>
              <span>{shape.layers[layer]?.name}</span>
              <svg
                viewBox="0 0 100 30"
                preserveAspectRatio="none"
                role="img"
                aria-label={t("histogram_label", { from: short(from), to: short(to), most })}
              >
                {counts.map((count, index) => (
                  <rect
                    key={index}
                    x={(100 * index) / counts.length}
                    y={30 - (30 * count) / most}
                    width={100 / counts.length - 0.4}
                    height={(30 * count) / most}
                    class={from + ((index + 0.5) * (to - from)) / counts.length < 0 ? "negative" : "positive"}
                  />
                ))}
                {zero !== null && <path d={`M${zero} 0V30`} class="zero" />}
              </svg>
              <small>
                <span>{short(from)}</span>
                <span>{t("at_most", { n: thousands(most) })}</span>
                <span>{short(to)}</span>
              </small>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

/** Asks the doctor every second of training, and when it pauses. */
function useDoctor(): void {
  useEffect(() => {
    let last = "";
    let asked = false;
    const ask = async () => {
      const key = `${build.value}/${step.value}`;
      if (asked || key === last || !structure.value) return;
      asked = true;
      last = key;
      const found = await engine.ask("diagnose").catch(() => null);
      asked = false;
      if (found && build.value === Number(key.split("/")[0])) findings.value = found;
    };
    const timer = setInterval(() => running.value && ask(), 1000);
    const stop = effect(() => {
      build.value;
      step.value;
      if (!running.value) setTimeout(ask, 150);
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
}

export function DoctorPanel() {
  useDoctor();
  return (
    <Panel id="doctor" title={t("doctor")}>
      <div aria-live="polite">
        {findings.value.length === 0 ? (
          <p class="muted">{t("healthy")}</p>
        ) : (
          <ul class="findings">
            {findings.value.map((finding) => (
              <li key={finding.code + finding.layer}>
                <strong>{findingTitle(finding.code)}</strong>
                <span lang="en">{finding.text}</span>
                {findingHelp(finding.code) === null ? (
                  <span class="help" lang="en">
                    {finding.help}
                  </span>
                ) : (
                  <span class="help">{findingHelp(finding.code)}</span>
                )}
                <a href={chapterLink(finding.chapter)} target="_blank" rel="noopener">
                  {t("chapter")}
                </a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
