//! The contract between the core and the page: everything that travels between them.
//!
//! `page/src/contract.ts` says the same in TypeScript and is made from here; a test holds it equal.

mod answers;
mod data;
mod settings;

pub use answers::{
    Block, Column, CsvPreview, Cursor, Explained, Finding, Frame, Histogram, HistoryPoints, LayerInfo,
    ParamInfo, Past, Picture, Position, Preset, SampleView, Samples, Structure, Target, Task,
};
pub use data::{Curve, Data, Drawn, Gate, Input, Planar, Surface, TaskChoice};
pub use settings::{
    Activation, EarlierRate, Edit, Initializer, LayerSettings, LossName, Mistake, OptimizerKind,
    OptimizerSettings, OutputActivation, OutputSettings, ScheduleKind, ScheduleSettings, Settings,
    StartValue,
};

#[cfg(test)]
mod tests;
