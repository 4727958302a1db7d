// A table of one's own: pasted, dropped or opened; looked at before it is used.

import { useEffect, useRef, useState } from "preact/hooks";
import { attempt, change, engine, settle } from "../actions";
import type { CsvPreview } from "../contract";
import { thousands } from "../format";
import { settings, structure } from "../state";
import { problemText, type TextKey, t } from "../texts";
import { IconButton, Trouble } from "./fields";

type Task = "classes" | "numbers";
/** A field for text takes no more than this without making the whole browser wait; more is kept beside it. */
const mostShown = 300_000;
const sample = "sepal length,sepal width,petal length,petal width,kind\n";

/** Beside the other settings of the data: what the table is, and the way back to it. */
export function CsvPanel() {
  const data = settings.value!.data;
  if (data.kind !== "csv") return null;
  return (
    <>
      <button
        type="button"
        class="quiet wide"
        onClick={() => (document.getElementById("csv-dialog") as HTMLDialogElement).showModal()}
      >
        {t("csv_change")}
      </button>
      {structure.value!.warnings.map((warning) => (
        <p class="warning" key={warning.message}>
          {problemText(warning).text}
        </p>
      ))}
    </>
  );
}

export function CsvDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [target, setTarget] = useState<string | null>(null);
  const [task, setTask] = useState<Task | null>(null);
  const [preview, setPreview] = useState<CsvPreview | null>(null);
  const [over, setOver] = useState(false);
  const shown = settings.value?.data;
  const guessed: Task = preview?.task === "numbers" ? "numbers" : "classes";

  // the table that is in use is there to be changed
  useEffect(() => {
    if (shown?.kind === "csv" && text === "") {
      setText(shown.text);
      setTarget(shown.target);
      setTask(shown.task);
    }
  }, [shown]);
  useEffect(() => {
    if (text.trim() === "") {
      setPreview(null);
      settle("csv");
      return;
    }
    const timer = setTimeout(async () => {
      setPreview(await attempt("csv", () => engine.ask("previewCsv", text, target)));
    }, 200);
    return () => clearTimeout(timer);
  }, [text, target]);

  const read = async (file: File | undefined) => {
    if (file) take(await file.text());
  };
  const take = (table: string) => {
    setTarget(null);
    setTask(null);
    setText(table);
  };
  const use = async () => {
    // an empty table is the core's to speak of
    const data = { kind: "csv", text, target: target ?? preview?.target ?? null, task } as const;
    await change("csv", { data, inputs: ["x1", "x2"] });
    const now = settings.value!.data;
    if (now.kind === "csv" && now.text === text) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} id="csv-dialog" aria-labelledby="csv-title" onClose={shownAgain}>
      <header>
        <h2 id="csv-title">{t("csv_title")}</h2>
        <IconButton icon="close" label={t("close")} onClick={() => dialog.current?.close()} />
      </header>
      <label class="field">
        <span>{t("csv_paste")}</span>
        {text.length > mostShown && (
          <span class="row">
            {t("csv_large", { n: thousands(text.length) })}
            <IconButton icon="erase" label={t("clear_table")} onClick={() => setText("")} />
          </span>
        )}
        <textarea
          hidden={text.length > mostShown}
          rows={8}
          spellcheck={false}
          class={over ? "over" : ""}
          placeholder={`${sample}5.1,3.5,1.4,0.2,setosa\n6.4,3.2,4.5,1.5,versicolor`}
          value={text.length > mostShown ? "" : text}
          onPaste={(event) => {
            const pasted = event.clipboardData?.getData("text") ?? "";
            if (pasted.length <= mostShown) return;
            event.preventDefault();
            take(pasted);
          }}
          onInput={(event) => setText(event.currentTarget.value)}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            read(event.dataTransfer?.files[0]);
          }}
        />
      </label>
      <p class="row">
        <label class="file">
          <input
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            onChange={(event) => read(event.currentTarget.files?.[0])}
          />
          {t("csv_open_file")}
        </label>
        <span class="muted">{t("csv_stays")}</span>
      </p>
      <Trouble place="csv" />
      {preview && <Table preview={preview} />}
      {preview && (
        <div class="row">
          <label class="field">
            <span>{t("csv_target")}</span>
            <select value={target ?? preview.target} onChange={(event) => setTarget(event.currentTarget.value)}>
              {preview.columns.map(({ name }) => (
                <option key={name} value={name} selected={name === (target ?? preview.target)}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>{t("csv_task")}</span>
            <select value={task ?? guessed} onChange={(event) => setTask(event.currentTarget.value as Task)}>
              {(["classes", "numbers"] as const).map((each) => (
                <option key={each} value={each} selected={each === (task ?? guessed)}>
                  {t(`task_${each}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <footer>
        <button type="button" class="run" id="csv-use" onClick={use}>
          {t("csv_use")}
        </button>
      </footer>
    </dialog>
  );
}

/** Closed without a table, the tile of the data that are still in use is the chosen one. */
function shownAgain(): void {
  if (settings.value) settings.value = { ...settings.value };
}

function Table({ preview }: { preview: CsvPreview }) {
  return (
    <div class="scroll">
      <table>
        <caption>{t("csv_rows", { rows: thousands(preview.rows), columns: preview.columns.length })}</caption>
        <thead>
          <tr>
            {preview.columns.map((column) => (
              <th key={column.name} scope="col">
                {column.name}
                <small>
                  {t(`column_${column.kind}` as TextKey)}
                  {column.missing > 0 && ` · ${t("missing", { n: thousands(column.missing) })}`}
                </small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.head.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
