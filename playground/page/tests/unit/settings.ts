import type { LayerSettings, Settings } from "../../src/contract";

const layer: LayerSettings = {
  units: 8,
  activation: "tanh",
  initializer: "auto",
  bias: true,
  batch_norm: false,
  dropout: 0,
};

/** Settings as the page begins with. */
export const settings: Settings = {
  data: { kind: "planar", set: "circles", samples: 240, noise: 0.12, seed: 7 },
  test_share: 0.25,
  inputs: ["x1", "x2"],
  layers: [layer, { ...layer, units: 3, activation: "relu" }],
  output: { activation: "auto", initializer: "auto", bias: true },
  loss: "auto",
  optimizer: { kind: "adam", rate: 0.02, momentum: 0.9 },
  earlier_rates: [],
  schedule: { kind: "constant" },
  batch_size: 10,
  shuffle: true,
  epochs: 100,
  weight_decay: 0,
  seed: 42,
  start: [],
  edits: [],
  mistake: null,
};
