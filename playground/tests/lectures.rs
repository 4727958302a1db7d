//! The presets of the lectures come to the lectures' digits: those that `lectures/examples` checks.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use chainrule_playground::{Core, presets};

/// A preset, run for that many steps.
fn run(name: &str, steps: usize) -> Core {
    let preset = presets().unwrap().into_iter().find(|preset| preset.name == name).unwrap();
    let mut core = Core::new(preset.settings).unwrap();
    assert_eq!(core.run(steps), steps);
    core
}

#[track_caller]
fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
    let near =
        got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(near, "{got:?} is not {expected:?} within {tolerance:e}");
}

/// lectures/examples/one_neuron.rs
#[test]
fn one_neuron() {
    let mut before = run("one_neuron", 0);
    assert_near(&before.predict(&[0.5, 0.8]).unwrap(), &[0.6034832498647263], 1e-14);
    assert_near(&[before.frame().loss], &[0.07861276656891952], 1e-14);
    let mut core = run("one_neuron", 1);
    assert_near(&core.params(), &[0.20474414878498687, 0.407590638055979], 1e-14);
    assert_near(&core.predict(&[0.5, 0.8]).unwrap(), &[0.605502188553601], 1e-14);
    assert_near(&[core.frame().loss], &[0.07781426161799927], 1e-14);
}

/// The same, with the left-over variable.
#[test]
fn stale_variable() {
    assert_near(&run("stale_variable", 1).params(), &[0.2284648927099212, 0.4284648927099212], 1e-14);
}

/// lectures/examples/step_cannot_learn.rs
#[test]
fn step_cannot_learn() {
    let (start, mut core) = (run("step_cannot_learn", 0).params(), run("step_cannot_learn", 1000));
    let trained = core.params();
    assert_eq!(trained[..9], start[..9]);
    let [w31, w32, w33, b21] =
        [1.3576263475156645, 1.1833408040618907, 0.01886330441712037, -1.6310298752356664];
    assert_near(&trained[9..], &[w31, w32, w33, b21], 1e-11);
    assert_eq!(core.frame().accuracy, Some(0.78));
}

/// lectures/examples/parabola.rs
#[test]
fn parabola() {
    let mut core = run("parabola", 1000);
    #[rustfmt::skip]
    let expected = [
        1.197357728994045, 0.9184239175492808, 3.3680549458692344, 0.9015689470545346, 0.7196696725456259,
        0.08791710000893803, 1.5872601251447964, 1.235898843960119, -1.3983714946636683, 2.0791208117860864,
        1.4724342441662446, -3.552622733538394, -2.2934021911838554,
    ];
    assert_near(&core.params(), &expected, 1e-10);
    assert_near(&[core.frame().loss], &[0.13070607416402033], 1e-10);
    assert_eq!(core.frame().accuracy, Some(0.98));
}

/// lectures/examples/chain_rule.rs
#[test]
fn chain_rule() {
    let mut core = run("chain_rule", 5);
    assert_near(&core.params(), &[17.037962347336638], 1e-12);
    core.run(85);
    assert_near(&core.params(), &[41.99677972221341], 1e-12);
    core.run(260);
    assert_near(&core.params(), &[41.99999999999997], 1e-12);
}

/// lectures/examples/relu_two_layer.rs: the biases stay in the lecture, and move where it is right.
#[test]
fn relu_two_layer() {
    let core = run("still_biases", 1);
    let printed = [0.200365, 0.100438, 0.400584, 0.3007008, 0.1, 0.2, 0.5007592, 0.6007154, 0.3];
    assert_near(&core.params(), &printed, 5e-8);
    let right = run("relu_two_layer", 1).params();
    assert_near(&[&right[..4], &right[6..8]].concat(), &[&printed[..4], &printed[6..8]].concat(), 5e-8);
    assert!(right[4] > 0.1 && right[5] > 0.2 && right[8] > 0.3);
}

/// lectures/examples/by_hand.rs
#[test]
fn by_hand() {
    let mut core = run("by_hand", 1);
    #[rustfmt::skip]
    let expected = [
        0.09626183665265552, 0.19912627970580535, 0.29252367330531104, 0.3982525594116107, 0.48878550995796655,
        0.597378839117416, 0.4962618366526555, 0.49912627970580536, 0.6797605398386555, 0.7435082387666977,
        0.8791686622580642, 0.04185620819396683, 0.2784003365409366, 0.23971168098744206,
    ];
    assert_near(&core.params(), &expected, 1e-14);
    assert_near(&[core.frame().loss], &[0.25831632163564605], 1e-14);
}

/// lectures/examples/backprop_matrices.rs
#[test]
fn matrices() {
    let core = run("matrices", 1000);
    let printed = [2.165, 4.556, 6.252, -4.313, 2.453, 4.884, -2.953, 6.580, 1.547, -0.552, 0.307, 1.498];
    assert_near(&core.params()[..12], &printed, 5e-4);
    let w2 = [3.8896258212514554, 7.40126953623339, -7.3529770304872875, -7.362276151469888];
    assert_near(&core.params()[12..], &w2, 1e-10);
    assert_near(&core.predict(&[0.0, 1.0]).unwrap(), &[0.9636646488127064], 1e-10);
}

/// lectures/examples/logic_gates_lecture.rs
#[test]
fn logic_gates() {
    assert_near(&[run("logic_gates", 0).frame().loss], &[0.9535725874057829], 1e-12);
    let and = [0.79235186212017, 0.837019559628497, -1.3970830398539036];
    assert_near(&run("logic_gates", 100).params(), &and, 1e-12);
}

/// lectures/examples/xor_lecture.rs: the start that learns, and the one that sticks.
#[test]
fn xor() {
    let mut core = run("xor_lecture", 5_000);
    assert_near(&[core.frame().loss], &[0.014472335670431755], 1e-9);
    core.run(95_000);
    assert_near(&[core.frame().loss], &[0.0003184409724869727], 1e-9);
    assert_near(&core.params()[..2], &[5.058853414408729, 8.782876524139041], 1e-9);
    let mut stuck = run("xor_stuck", 5_000);
    assert_near(&[stuck.frame().loss], &[0.37504236312771033], 1e-9);
    stuck.run(95_000);
    assert_near(&[stuck.frame().loss], &[0.34681451667051966], 1e-9);
}
