//! What flows through `predict`: from layer to layer through two buffers, with copies of what goes around layers.

use super::call::{RustCall, Way};
use crate::table::{self, one_line};
use crate::{Float, Sequential};

/// Where the numbers of a position are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Input,
    First,
    Second,
    Output,
}

/// The lines of `predict`, and the buffers that they need.
pub(super) struct Flow {
    body: Vec<String>,
    /// the numbers of both buffers
    sizes: [usize; 2],
    kept: usize,
    is_input: bool,
}

impl Flow {
    #[expect(
        clippy::indexing_slicing,
        reason = "a shape lies before each layer, and one behind the last; each layer has a call"
    )]
    pub(super) fn new<F: Float>(model: &Sequential<F>, shapes: &[&[usize]], calls: &[RustCall]) -> Self {
        let widths: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let skips: Vec<Option<usize>> = model
            .layers()
            .enumerate()
            .map(|(index, layer)| layer.skips().map(|layers| index.saturating_sub(layers)))
            .collect();
        let mut writer =
            Writer { place: Place::Input, sizes: sizes(&widths, calls, &skips), kept: 0, body: Vec::new() };
        // the position whose numbers a copy holds, or `input`
        let mut copies: Vec<Option<String>> = vec![None; shapes.len()];
        for (index, (layer, call)) in model.layers().zip(calls).enumerate() {
            let ([from, to], [inputs, outputs]) =
                ([shapes[index], shapes[index + 1]], [widths[index], widths[index + 1]]);
            if skips.contains(&Some(index)) {
                copies[index] = Some(writer.keep(index, inputs));
            }
            let (from, to) = (table::shape(from), table::shape(to));
            let does = match (call.way, skips[index]) {
                (Way::Nothing, None) if layer.only_reshapes() => " (the same numbers)",
                (Way::Nothing, None) => " (nothing in a prediction)",
                _ => "",
            };
            writer.body.push(format!("// layer {index}, {}: {from} -> {to}{does}", one_line(layer.name())));
            let ends = in_place_from(index + 1, calls);
            match call.way {
                Way::Nothing => {}
                Way::InPlace => writer.in_place(call, inputs, in_place_from(index, calls)),
                Way::FromTo => writer.across(call, [inputs, outputs], ends),
            }
            if let Some(skipped) = skips[index].and_then(|position| copies[position].clone()) {
                writer.leave_input(outputs, ends);
                let y = writer.slice(writer.place, outputs, true);
                writer.body.push(format!("add({y}, {skipped});"));
            }
        }
        let is_input = writer.place == Place::Input;
        Flow { is_input, body: writer.body, sizes: writer.sizes, kept: writer.kept }
    }

    /// The numbers on the stack besides input and output.
    pub(super) fn stack(&self) -> usize {
        self.sizes[0] + self.sizes[1] + self.kept
    }

    /// The lines.
    pub(super) fn lines(&self, number_type: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, size) in ["a", "b"].into_iter().zip(self.sizes) {
            if size > 0 {
                lines.push(format!("let mut {name}: [{number_type}; {size}] = [0.0; {size}];"));
            }
        }
        if !self.is_input {
            lines.push(format!("let mut output: [{number_type}; OUTPUTS] = [0.0; OUTPUTS];"));
        }
        lines.extend(self.body.iter().cloned());
        lines.push(if self.is_input { "*input".to_owned() } else { "output".to_owned() });
        lines
    }
}

/// Whether no layer from that one on moves numbers from one place to another.
fn in_place_from(index: usize, calls: &[RustCall]) -> bool {
    calls.iter().skip(index).all(|call| call.way != Way::FromTo)
}

/// The sizes of both buffers: of what each holds, the most.
#[expect(
    clippy::indexing_slicing,
    reason = "a width lies before each layer, and one behind the last; each layer has a call"
)]
fn sizes(widths: &[usize], calls: &[RustCall], skips: &[Option<usize>]) -> [usize; 2] {
    let mut sizes = [0; 2];
    let mut place = Place::Input;
    for (index, call) in calls.iter().enumerate() {
        let moves = match call.way {
            Way::FromTo => true,
            Way::InPlace => place == Place::Input,
            Way::Nothing => place == Place::Input && skips[index].is_some(),
        };
        if moves {
            place = next(place, in_place_from(index + usize::from(call.way == Way::FromTo), calls));
            match place {
                Place::First => sizes[0] = sizes[0].max(widths[index + 1]),
                Place::Second => sizes[1] = sizes[1].max(widths[index + 1]),
                Place::Input | Place::Output => {}
            }
        }
    }
    sizes
}

/// Where numbers go next: to the output if they stay there.
fn next(place: Place, ends: bool) -> Place {
    match place {
        _ if ends => Place::Output,
        Place::First => Place::Second,
        _ => Place::First,
    }
}

struct Writer {
    place: Place,
    sizes: [usize; 2],
    kept: usize,
    body: Vec<String>,
}

impl Writer {
    /// The first numbers of a place as an argument.
    fn slice(&self, place: Place, width: usize, mutable: bool) -> String {
        let (name, size) = match place {
            Place::Input => return "input".to_owned(),
            Place::First => ("a", self.sizes[0]),
            Place::Second => ("b", self.sizes[1]),
            Place::Output => ("output", width),
        };
        let reference = if mutable { "&mut " } else { "&" };
        let range = if width == size { String::new() } else { format!("[..{width}]") };
        format!("{reference}{name}{range}")
    }

    /// A copy of the numbers of a position; `input` needs none.
    fn keep(&mut self, position: usize, width: usize) -> String {
        if self.place == Place::Input {
            return "input".to_owned();
        }
        self.kept += width;
        let x = self.slice(self.place, width, false);
        self.body.push(format!("let mut kept_{position} = [0.0; {width}];"));
        self.body.push(format!("kept_{position}.copy_from_slice({x});"));
        format!("&kept_{position}")
    }

    /// Copies the inputs to where they may be changed.
    fn leave_input(&mut self, width: usize, ends: bool) {
        if self.place == Place::Input {
            self.place = next(self.place, ends);
            let to = self.slice(self.place, width, true);
            self.body.push(format!("{}.copy_from_slice(input);", to.trim_start_matches("&mut ")));
        }
    }

    fn in_place(&mut self, call: &RustCall, width: usize, ends: bool) {
        self.leave_input(width, ends);
        let y = self.slice(self.place, width, true);
        self.call(call, &[y]);
    }

    fn across(&mut self, call: &RustCall, [from, to]: [usize; 2], ends: bool) {
        let x = self.slice(self.place, from, false);
        self.place = next(self.place, ends);
        let y = self.slice(self.place, to, true);
        self.call(call, &[x, y]);
    }

    fn call(&mut self, call: &RustCall, slices: &[String]) {
        let args = [slices, &call.args].concat();
        self.body.push(format!("{}({});", call.function, args.join(", ")));
    }
}
