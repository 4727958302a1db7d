//! Gradients against central differences in f64, in ten thousand random cases: every layer × its input and each of its
//! parameters, every loss behind every last layer that it may follow, whole nets of all layers, and every optimizer's step
//! against its formula. [gradients/judge.rs](gradients/judge.rs) says what right means.
//!
//! ```sh
//! cargo test -p chainrule-tests --test gradients -- --nocapture              # says what was found
//! CASES=200000 cargo test -p chainrule-tests --test gradients -- --nocapture
//! CASE="nets 1234" cargo test -p chainrule-tests --test gradients            # that case alone
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chainrule::GradientCheck;
use chainrule::prelude::*;
use chainrule_tests::{random_batch, random_net_with};

#[path = "gradients/case.rs"]
mod case;
#[path = "gradients/judge.rs"]
mod judge;
#[path = "gradients/layers.rs"]
mod layers;
#[path = "gradients/losses.rs"]
mod losses;
#[path = "gradients/optimizers.rs"]
mod optimizers;
#[path = "gradients/spoiled.rs"]
mod spoiled;

use case::{Case, Tally, Variable};
use layers::LAYERS;
use losses::{LASTS, LOSSES};
use optimizers::{OPTIMIZERS, Settings};
use spoiled::{Damage, SpoiledLayer, SpoiledLoss};

/// What was found, by kind.
type Found = BTreeMap<String, Tally>;

/// The cases of a group, of which there are `tenths` tenths of all: a thousand for each tenth, unless `CASES` says another
/// number of all.
fn run(group: &str, tenths: usize, case: impl Fn(usize) -> Vec<(String, Tally)>) -> Found {
    let all = std::env::var("CASES").map_or(10_000, |cases| cases.parse().expect("CASES is a number"));
    let mut numbers = 0..all * tenths / 10;
    if let Ok(only) = std::env::var("CASE") {
        let (of, number) = only.split_once(' ').expect("CASE is a group and a number, as in \"nets 1234\"");
        let number: usize = number.parse().expect("a number");
        numbers = if of == group { number..number + 1 } else { 0..0 };
    }
    let mut found = Found::new();
    for number in numbers {
        for (kind, tally) in case(number) {
            if let Some(fault) = &tally.fault {
                panic!("{kind}: {fault}\n\nrepeat it with CASE=\"{group} {number}\"");
            }
            found.entry(kind).or_default().add(&tally);
        }
    }
    found
}

/// Whether this is a run of all cases, so that what they have found together can be judged.
fn runs_all() -> bool {
    std::env::var_os("CASE").is_none()
}

/// Prints what was found, and asserts that little was left out: of all, and of each kind.
fn report(group: &str, found: &Found, [of_all, of_one]: [f64; 2]) {
    let mut all = Tally::default();
    for (kind, tally) in found {
        println!("  {}", tally.text(kind));
        all.add(tally);
    }
    println!("{}", all.text(group));
    if runs_all() {
        assert!(all.left_out() <= of_all, "{}", all.text(group));
        for (kind, tally) in found {
            assert!(tally.left_out() <= of_one, "{}", tally.text(kind));
        }
    }
}

fn rng(group: u64, number: usize) -> Rng {
    Rng::stream(number as u64, 17 + group)
}

/// The names that a file of src/ exports.
fn exports(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let uses = text.lines().filter_map(|line| line.strip_prefix("pub use ")?.strip_suffix(';'));
    let names = uses.filter_map(|path| path.split_once("::")).flat_map(|(_, names)| names.split(','));
    names.map(|name| name.trim_matches([' ', '{', '}']).to_owned()).collect()
}

fn names(tables: [&[&str]; 2]) -> BTreeSet<String> {
    tables.concat().into_iter().map(str::to_owned).collect()
}

#[test]
fn nothing_of_the_library_is_forgotten() {
    let layers = LAYERS.map(|(name, _)| name);
    assert_eq!(exports("layer.rs"), names([&layers, &layers::NO_LAYERS]), "tests/gradients/layers.rs");
    assert_eq!(exports("loss.rs"), names([&LOSSES, &losses::NO_LOSSES]), "tests/gradients/losses.rs");
    let others = &optimizers::NO_OPTIMIZERS;
    assert_eq!(exports("optimizer.rs"), names([&OPTIMIZERS, others]), "tests/gradients/optimizers.rs");
}

// Layers

#[test]
fn layers() {
    let found = run("layers", 3, |number| {
        let (mut rng, kind) = (rng(0, number), number % LAYERS.len());
        let case = layers::case(kind, &mut rng, |layer| layer);
        if number % 16 == 0 {
            no_false_alarm(&case);
        }
        let mut tallies = case.check_each(4, &mut rng);
        tallies.last_mut().unwrap().1.cases = 1; // counted with the input
        let name = |variable| match variable {
            Variable::Input => format!("{} x", LAYERS[kind].0),
            Variable::Param(name) => format!("{} {name}", LAYERS[kind].0),
        };
        tallies.into_iter().map(|(variable, tally)| (name(variable), tally)).collect()
    });
    report("layers", &found, [0.04, 0.2]);
    for (name, _) in LAYERS.iter().filter(|_| runs_all()) {
        let tally = &found[&format!("{name} x")];
        assert!(tally.cases >= 30 && (tally.right > 100) == (*name != "Step"), "{}", tally.text(name));
    }
}

/// Each gradient of each layer with each damage.
#[test]
fn a_spoiled_layer_is_found() {
    let mut found = 0;
    for (kind, (name, _)) in LAYERS.iter().enumerate() {
        let params = layers::case(kind, &mut rng(0, 0), |layer| layer);
        let params = params.model.layers().last().unwrap().params().len();
        for param in (0..params).map(Some).chain([None]) {
            for damage in Damage::ALL {
                let is_found = |number: usize| {
                    let mut rng = rng(1, number);
                    let spoil =
                        |right| -> Box<dyn Layer<f64>> { Box::new(SpoiledLayer { right, param, damage }) };
                    layers::case(kind, &mut rng, spoil).check(damage.entries(), &mut rng).wrong > 0
                };
                let of = (0..5).filter(|&number| is_found(number)).count();
                // the slope of a step is 0 everywhere, and no factor changes it
                let shows = *name != "Step" || damage == Damage::Shift;
                assert_eq!(of >= 1, shows, "{name}, parameter {param:?}, {damage:?}: found {of} times of 5");
                found += of;
            }
        }
    }
    println!("{found} spoiled layers found");
}

// Losses

/// A loss behind a last layer, if it may follow it.
fn loss_case(
    number: usize,
    rng: &mut Rng,
    change: impl Fn(Box<dyn Loss<f64>>) -> Box<dyn Loss<f64>>,
) -> Option<(String, Case)> {
    let pair = number % (LOSSES.len() * LASTS.len());
    let (kind, (last, add, inputs)) = (pair % LOSSES.len(), LASTS[pair / LOSSES.len()]);
    // a loss around another one draws it, and may draw one that can't follow, and ClassWeights has two forms
    (0..12).find_map(|_| {
        let shape = (1 + rng.below(33), 1 + rng.below(17));
        let mut model = add(Sequential::new([shape.1])).build(1).ok()?;
        let ((loss, t), x) = (losses::draw(kind, shape, rng), inputs(shape, rng));
        model.forward(&x).unwrap();
        model.loss(&*loss, &t).ok()?;
        Some((format!("{} behind {last}", LOSSES[kind]), Case { model, loss: change(loss), x, t }))
    })
}

#[test]
fn losses_alone_and_with_logits() {
    let found = run("losses", 2, |number| {
        let mut rng = rng(2, number);
        // of a pair that can't be, the next one
        let found = (0..).find_map(|next| loss_case(number + next, &mut rng, |loss| loss));
        let (name, case) = found.expect("some pair can be");
        if number % 16 == 0 {
            no_false_alarm(&case);
        }
        vec![(name, case.check(8, &mut rng))]
    });
    report("losses", &found, [0.06, 0.6]);
    for name in LOSSES.iter().filter(|_| runs_all()) {
        let of = found.iter().filter(|(kind, _)| kind.starts_with(name));
        let (behind, right) = of.fold((0, 0), |sum, (_, tally)| (sum.0 + 1, sum.1 + tally.right));
        println!("{name}: behind {behind} last layers");
        assert!(behind >= 2 && right > 100, "{name}: {right} entries behind {behind} last layers");
    }
}

#[test]
fn a_spoiled_loss_is_found() {
    for damage in Damage::ALL {
        let (mut spoiled, mut found) = (0, 0);
        for number in 0..LOSSES.len() * LASTS.len() {
            let spoil = |right| -> Box<dyn Loss<f64>> { Box::new(SpoiledLoss { right, damage }) };
            let mut rng = rng(3, number);
            let Some((_, case)) = loss_case(number, &mut rng, spoil) else { continue };
            spoiled += 1;
            found += usize::from(case.check(damage.entries(), &mut rng).wrong > 0);
        }
        println!("{damage:?}: {found} of {spoiled} spoiled losses found");
        // a few have only gradients of 0, as a hinge that is satisfied; a softmax takes away what is added to all
        assert!(
            found * 100 >= spoiled * if damage == Damage::Shift { 85 } else { 95 },
            "{damage:?}: {found} of {spoiled}"
        );
    }
}

// Nets

/// A net of two to six layers, and a loss that may follow it.
fn net_case(number: usize, rng: &mut Rng, model: Sequential<f64>) -> (String, Case) {
    // images are large enough with a few samples
    let few = model.input_shape().len() > 1 && rng.below(8) > 0;
    let shape = (1 + rng.below(if few { 5 } else { 33 }), model.output_width());
    let x = random_batch(&model, shape.0, number as u64);
    let (kind, loss, t) = (0..)
        .find_map(|_| {
            let kind = rng.below(LOSSES.len());
            let (loss, t) = losses::draw(kind, shape, rng);
            let last = model.layers().last()?.output();
            let mut tried = model.clone();
            tried.forward(&chainrule_tests::shaped(&model, &x)).ok()?;
            (loss.reads(last, shape.1).is_ok() && tried.loss(&*loss, &t).is_ok()).then_some((kind, loss, t))
        })
        .unwrap();
    (LOSSES[kind].to_owned(), Case { model, loss, x, t })
}

#[test]
fn whole_nets() {
    let drawn = std::cell::RefCell::new(BTreeSet::new());
    let found = run("nets", 3, |number| {
        let mut rng = rng(4, number);
        let ends = std::cell::RefCell::new(rng.clone());
        let model = random_net_with(number as u64, |at, of, layer| {
            // half of them end in a layer that a cross-entropy can follow
            match (at + 1 == of).then(|| ends.borrow_mut().below(6)) {
                Some(0) => Box::new(Sigmoid),
                Some(1) => Box::new(Softmax),
                Some(2) => Box::new(LogSoftmax),
                _ => layer,
            }
        });
        let (loss, case) = net_case(number, &mut rng, model);
        drawn.borrow_mut().extend(case.model.layers().map(|layer| layer.name().to_owned()));
        if number % 16 == 0 {
            no_false_alarm(&case);
        }
        vec![(format!("nets under {loss}"), case.check(2, &mut rng))]
    });
    report("nets", &found, [0.1, 0.2]);
    if runs_all() {
        let drawn = drawn.into_inner();
        let lower = |name: &str| name.to_lowercase();
        let drawn: BTreeSet<String> = drawn.iter().map(|name| name.replace('_', "")).collect();
        let all: BTreeSet<String> = LAYERS.iter().map(|(name, _)| lower(name)).collect();
        assert_eq!(drawn, all);
        let under: Vec<String> = LOSSES.iter().map(|loss| format!("nets under {loss}")).collect();
        assert!(under.iter().all(|under| found.contains_key(under)), "{:?}", found.keys());
    }
}

/// A layer inside of a net whose way back is spoiled spoils every gradient before it.
#[test]
fn a_spoiled_layer_in_a_net_is_found() {
    let (mut spoiled, mut found) = (0, 0);
    for number in 0..200 {
        let net = |place: Option<usize>| {
            let mut rng = rng(5, number);
            let spoil = |at: usize, _: usize, right: Box<dyn Layer<f64>>| -> Box<dyn Layer<f64>> {
                let damage = Damage::Factor;
                if place == Some(at) { Box::new(SpoiledLayer { right, param: None, damage }) } else { right }
            };
            let (_, case) = net_case(number, &mut rng, random_net_with(number as u64, spoil));
            (case, rng)
        };
        let (right, mut rng) = net(None);
        let (spoilt, mut its_rng) = net(Some(number % right.model.layers().len()));
        let tally = right.check(4, &mut rng);
        // nothing comes back through some nets, and some have a way around the layer, or a pair in place of it
        if tally.right == 0
            || right.model.layers().any(|layer| layer.skips().is_some() || !layer.passes_gradient())
        {
            continue;
        }
        assert_eq!(tally.wrong, 0, "{:?}", tally.fault);
        spoiled += 1;
        found += usize::from(spoilt.check(4, &mut its_rng).wrong > 0);
    }
    println!("{found} of {spoiled} spoiled nets found");
    assert!(spoiled >= 80 && found * 100 >= spoiled * 90, "{found} of {spoiled}");
}

/// The library's own check, which a user has, finds nothing wrong either.
fn no_false_alarm(case: &Case) {
    let check = GradientCheck::new().entries(4);
    let x = chainrule_tests::shaped(&case.model, &case.x);
    let report = check.model(&case.model, &*case.loss, &x, &case.t).unwrap();
    assert!(report.rows.iter().all(|row| row.wrong == 0), "{report}\n{}", case.text());
    assert!(report.prediction.is_none(), "{report}\n{}", case.text());
}

// Optimizers

#[test]
fn optimizers() {
    let found = run("optimizers", 2, |number| {
        let (mut rng, kind) = (rng(6, number), number % OPTIMIZERS.len());
        let settings = Settings::draw(kind, &mut rng);
        vec![(OPTIMIZERS[kind].to_owned(), optimizers::check(&settings, &settings, &mut rng))]
    });
    report("optimizers", &found, [0.01, 0.02]);
    let enough = |name: &str| found.get(name).is_some_and(|tally| tally.cases > 100 && tally.right > 10_000);
    assert!(!runs_all() || OPTIMIZERS.iter().all(|name| enough(name)), "{:?}", found.keys());
}

/// Each setting of each optimizer, in the formula, but not in the optimizer.
#[test]
fn a_spoiled_step_is_found() {
    let mut found: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for number in 0..350 {
        let mut rng = rng(7, number);
        let settings = Settings::draw(number % OPTIMIZERS.len(), &mut rng);
        for (name, spoiled) in settings.spoiled() {
            let [of, all] = found.entry(name).or_default();
            *of += usize::from(optimizers::check(&settings, &spoiled, &mut rng.clone()).wrong > 0);
            *all += 1;
        }
    }
    println!("spoiled settings found, of all: {found:?}");
    for (name, [of, all]) in found {
        assert!(of * 3 >= all && all >= 10, "{name}: {of} of {all}");
    }
}
