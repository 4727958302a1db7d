//! The training of a program: by the trainer, or step by step where the training was changed on the way.

use super::{Program, mistake, schedule};
use crate::Result;
use crate::contract::{LossName, Mistake, OptimizerKind, Settings, Task};
use crate::net;
use crate::training::Training;

/// The lines that train, and print the loss.
pub(super) fn write(program: &mut Program, settings: &Settings, training: &Training) -> Result<()> {
    let steps_per_epoch = training.steps_per_epoch();
    let steps = if training.step == 0 { settings.epochs * steps_per_epoch } else { training.step };
    if let Some(mistake_made) = settings.mistake {
        program.behind = mistake(mistake_made).to_owned();
    }
    let loss = loss(settings, training.set.task);
    let is_changed = !training.edits.is_empty() || !training.earlier.is_empty();
    let ends_with_epoch = steps.is_multiple_of(steps_per_epoch);
    let by_trainer = settings.schedule.kind == crate::contract::ScheduleKind::Constant
        || steps == settings.epochs * steps_per_epoch;
    program.line("");
    if !is_changed && ends_with_epoch && by_trainer {
        trainer(program, settings, training, steps / steps_per_epoch, loss);
    } else {
        by_hand(program, settings, training, steps, loss);
    }
    program.line("");
    program.line(&format!("println!(\"{{}}\", evaluate(&model, &{loss}, &train)?);"));
    if training.set.test.is_some() {
        program.line(&format!("println!(\"test {{}}\", evaluate(&model, &{loss}, &test)?);"));
    }
    program.line(&format!("println!(\"loss {{:?}}\", evaluate(&model, &{loss}, &train)?.loss());"));
    Ok(())
}

fn trainer(program: &mut Program, settings: &Settings, training: &Training, epochs: usize, loss: &str) {
    let rate = training.chosen_rate(0);
    let optimizer = optimizer(program, settings, training, rate);
    program.line(&format!("let mut trainer = Trainer::new({loss}, {optimizer})"));
    program.line(&format!("    .epochs({epochs})"));
    program.line(&format!("    .batch_size({})", net::batch_rows(settings, training.set.train.x.nrows())));
    if settings.shuffle {
        program.line(&format!("    .shuffle({});", settings.seed));
    } else {
        program.line("    .without_shuffle();");
    }
    if let Some((name, schedule)) = schedule(settings) {
        program.uses(path_of(name));
        program.line(&format!("trainer = trainer.schedule({schedule});"));
    }
    program.line("trainer.fit(&mut model, &train)?;");
}

/// Forward, backward and step, with what was changed by hand at its time.
fn by_hand(program: &mut Program, settings: &Settings, training: &Training, steps: usize, loss: &str) {
    let (samples, batch) =
        (training.set.train.x.nrows(), net::batch_rows(settings, training.set.train.x.nrows()));
    let steps_per_epoch = training.steps_per_epoch();
    let rate = training.chosen_rate(0);
    let optimizer = optimizer(program, settings, training, rate);
    program.line(&format!("let mut optimizer = {optimizer};"));
    program.line("let (x, t) = (train.inputs(), train.targets());");
    program.line(&format!(
        "let {}order: Vec<usize> = (0..{samples}).collect();",
        if settings.shuffle { "mut " } else { "" }
    ));
    let schedule = schedule(settings);
    if let Some((name, schedule)) = &schedule {
        program.uses(path_of(name));
        program.uses("chainrule::training::{Schedule, When}");
        program.line(&format!("let mut schedule = {schedule};"));
    }
    if !training.earlier.is_empty() {
        program.line("// the rates that held before a step, and the one that holds now");
        let earlier: Vec<String> = training
            .earlier
            .iter()
            .map(|earlier| format!("({}, {:?})", earlier.until, earlier.rate))
            .collect();
        program.line(&format!("let earlier = [{}];", earlier.join(", ")));
        program.line("let chosen = |step| {");
        program.line(&format!(
            "    earlier.iter().find(|(until, _)| step < *until).map_or({:?}, |(_, rate)| *rate)",
            training.rate
        ));
        program.line("};");
    }
    let edits = |program: &mut Program, indent: &str, at: &dyn Fn(usize) -> bool, guard: bool| {
        for edit in training.edits.iter().filter(|edit| at(edit.step)) {
            let place = format!("[[{}, {}]]", edit.row, edit.column);
            let indent = if guard {
                program.line(&format!("{indent}if step + 1 == {} {{", edit.step));
                format!("{indent}    ")
            } else {
                indent.to_owned()
            };
            program.line(&format!("{indent}let mut changed = model.param({:?})?.to_owned();", edit.param));
            program.line(&format!("{indent}changed{place} = {:?}; // by hand", edit.value));
            program.line(&format!("{indent}model.set_param({:?}, &changed)?;", edit.param));
            if guard {
                program.line(&format!("{}}}", &indent[4..]));
            }
        }
    };
    edits(program, "", &|step| step == 0, false);
    program.line(&format!("for step in 0..{steps} {{"));
    if settings.shuffle {
        program.line(&format!("    if step % {steps_per_epoch} == 0 {{"));
        program.line(&format!(
            "        Rng::stream({}, step as u64 / {steps_per_epoch} + 1).shuffle(&mut order); // a new epoch",
            settings.seed
        ));
        program.line("    }");
    }
    let base =
        if training.earlier.is_empty() { format!("{:?}", training.rate) } else { "chosen(step)".to_owned() };
    if schedule.is_some() {
        let last = settings.epochs * steps_per_epoch - 1;
        program.line(&format!("    let at = step.min({last});"));
        program.line(&format!(
            "    let when = When {{ epoch: at / {steps_per_epoch}, epochs: {}, step: at % {steps_per_epoch}, steps: {steps_per_epoch} }};",
            settings.epochs
        ));
        program.line(&format!("    optimizer.set_learning_rate(schedule.rate({base}, &when));"));
    } else if !training.earlier.is_empty() {
        program.line(&format!("    optimizer.set_learning_rate({base});"));
    }
    program.line(&format!("    let first = step % {steps_per_epoch} * {batch};"));
    program.line(&format!("    let batch = &order[first..(first + {batch}).min({samples})];"));
    program.line("    model.forward(&x.select(Axis(0), batch))?;");
    program.line(&format!("    model.backward(&{loss}, &t.select(Axis(0), batch))?;"));
    program.line("    optimizer.step(&mut model)?;");
    edits(program, "    ", &|step| step > 0, true);
    program.line("}");
}

fn optimizer(program: &mut Program, settings: &Settings, training: &Training, rate: f64) -> String {
    let momentum = settings.optimizer.momentum;
    let mut text = match settings.mistake {
        Some(Mistake::StillBiases) => return format!("StillBiases {{ learning_rate: {rate:?} }}"),
        Some(Mistake::SummedWeights) => {
            let samples = net::batch_rows(settings, training.set.train.x.nrows()) as f64;
            return format!("SummedWeights {{ learning_rate: {rate:?}, samples: {samples:?} }}");
        }
        Some(Mistake::StaleInput) => {
            let inputs = super::literal::row(training.set.train.x.iter().copied());
            return format!("StaleInput {{ learning_rate: {rate:?}, left_over: 3.0, inputs: vec!{inputs} }}");
        }
        None => match settings.optimizer.kind {
            OptimizerKind::Sgd => format!("Sgd::new({rate:?})"),
            OptimizerKind::Momentum => format!("Sgd::new({rate:?}).momentum({momentum:?})"),
            OptimizerKind::Nesterov => format!("Sgd::new({rate:?}).momentum({momentum:?}).nesterov()"),
            OptimizerKind::Adagrad => format!("AdaGrad::new({rate:?})"),
            OptimizerKind::Rmsprop => format!("RmsProp::new({rate:?})"),
            OptimizerKind::Adam => format!("Adam::new({rate:?})"),
            OptimizerKind::Adamw => format!("AdamW::new({rate:?})"),
        },
    };
    if settings.weight_decay > 0.0 || settings.optimizer.kind == OptimizerKind::Adamw {
        program.uses("chainrule::optimizer::WeightDecay");
        text += &format!(".weight_decay(WeightDecay::of_weights({:?}))", settings.weight_decay);
    }
    text
}

fn path_of(schedule: &str) -> &'static str {
    match schedule {
        "StepDecay" => "chainrule::training::StepDecay",
        "ExponentialDecay" => "chainrule::training::ExponentialDecay",
        "Cosine" => "chainrule::training::Cosine",
        _ => "chainrule::training::OneCycle",
    }
}

fn loss(settings: &Settings, task: Task) -> &'static str {
    match net::loss_name(settings, task) {
        LossName::Auto | LossName::Mse => "MeanSquaredError",
        LossName::HalfMse => "Half(MeanSquaredError)",
        LossName::SummedSquares => "Summed(MeanSquaredError)",
        LossName::HalfSummedSquares => "Half(Summed(MeanSquaredError))",
        LossName::Mae => "MeanAbsoluteError",
        LossName::Huber => "Huber::new(1.0)",
        LossName::Bce => "BinaryCrossEntropy",
        LossName::SummedBce => "Summed(BinaryCrossEntropy)",
        LossName::Cce => "CategoricalCrossEntropy",
    }
}
