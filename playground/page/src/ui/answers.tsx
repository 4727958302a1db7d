// What the net answers for one sample, beside what it should: for data that have no picture.

import { fixed, percent } from "../format";
import { sample, structure, view } from "../state";
import { t } from "../texts";

export function Answers() {
  const now = structure.value!;
  const activations = view.value?.activations;
  const answers = activations?.[activations.length - 1] ?? [];
  const targets = now.train.targets[sample.value] ?? [];
  const inputs = now.train.inputs[sample.value] ?? [];
  const classes = now.task === "classes";
  const best = answers.indexOf(Math.max(...answers));
  return (
    <div class="digits">
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">{classes ? t("class") : t("output")}</th>
            <th scope="col">{t("answer")}</th>
            <th scope="col">{t("target")}</th>
          </tr>
        </thead>
        <tbody>
          {answers.map((answer, index) => (
            <tr key={index} class={classes && index === best ? "best" : ""}>
              <th scope="row">{classes ? now.class_names[index] : `y${index + 1}`}</th>
              <td>
                {classes && <i style={{ width: `${100 * answer}%` }} aria-hidden="true" />}
                <span>{classes ? percent(answer) : fixed(answer, 4)}</span>
              </td>
              <td>{fixed(targets[index] ?? Number.NaN, classes ? 0 : 4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">{t("input")}</th>
            <th scope="col">{t("value")}</th>
          </tr>
        </thead>
        <tbody>
          {inputs.slice(0, 12).map((value, index) => (
            <tr key={index}>
              <th scope="row">{now.input_names[index] ?? index + 1}</th>
              <td>{fixed(value, 4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
