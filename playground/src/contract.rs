//! The contract between the core and the page: everything that travels between them.
//!
//! `page/src/contract.ts` says the same in TypeScript and is made from here; a test holds it equal.

mod answers;
mod settings;

pub use answers::{
    Block, Column, CsvPreview, Cursor, Explained, Finding, Frame, Histogram, HistoryPoints, LayerInfo,
    ParamInfo, Past, Picture, Position, Preset, SampleView, Samples, Structure, Target, Task,
};
pub use settings::{
    Activation, Curve, Data, Drawn, EarlierRate, Edit, Gate, Initializer, Input, LayerSettings, LossName,
    Mistake, OptimizerKind, OptimizerSettings, OutputActivation, OutputSettings, Planar, ScheduleKind,
    ScheduleSettings, Settings, StartValue, Surface, TaskChoice,
};

#[cfg(test)]
mod tests;
