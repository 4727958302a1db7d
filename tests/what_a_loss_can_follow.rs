//! What a loss can follow: each last layer with each loss, a layer and a loss of one's own, and models that can't learn.

use chainrule::prelude::*;
use chainrule_tests::Same;

type Builder = chainrule::SequentialBuilder<f64>;

/// Whether evaluation, a pass by hand and a training take the loss behind a Dense and `last` (they have to agree), and if
/// not why.
#[track_caller]
fn follows(last: impl Fn(Builder) -> Builder, width: usize, loss: &dyn Loss<f64>) -> Result<(), String> {
    let mut model = last(Sequential::new([2]).add(Dense::new(width))).build(1).unwrap();
    let x = array![[1.0, 2.0], [0.5, -1.0]];
    let t =
        Array2::from_shape_fn((2, width), |(sample, class)| if sample % width == class { 1.0 } else { 0.0 });
    let text = |result: Result<()>| result.map_err(|error| error.to_string());
    let evaluated = text(evaluate(&model, loss, (&x, &t)).map(drop));
    model.forward(&x).unwrap();
    assert_eq!(evaluated, text(model.loss(loss, &t).map(drop)));
    assert_eq!(evaluated, text(model.backward(loss, &t)));
    let before = model.param("0.weight").unwrap().to_owned();
    let mut trainer = Trainer::new(loss, Sgd::new(0.1)).epochs(1).progress_bar(false);
    assert_eq!(evaluated, text(trainer.fit(&mut model, (&x, &t)).map(drop)));
    assert_eq!(model.param("0.weight").unwrap() == before, evaluated.is_err());
    evaluated
}

#[test]
fn which_layer_and_which_loss() {
    use Output::{Distribution, Logits, Probabilities, Values};
    type Last = (&'static str, fn(Builder) -> Builder, bool, bool);
    // the last layers, whether binary and whether categorical cross-entropy can follow them
    let cases: [Last; 11] = [
        ("sigmoid", |net| net.add(Sigmoid), true, false),
        ("softmax", |net| net.add(Softmax), false, true),
        ("relu", |net| net.add(ReLU), false, false),
        ("tanh", |net| net.add(Tanh), false, false),
        ("maxout", |net| net.add(Maxout::new(3, 2)), false, false),
        ("dense", |net| net.add(Dense::new(3)), false, false),
        ("identity", |net| net.add(Identity), false, false),
        ("own, that says nothing", |net| net.add(Sigmoid).add(Same(Values)), false, false),
        ("own logits", |net| net.add(Same(Logits)), false, false),
        ("own probabilities", |net| net.add(Sigmoid).add(Same(Probabilities)), true, false),
        ("own distribution", |net| net.add(Softmax).add(Same(Distribution)), false, true),
    ];
    for (name, last, binary, categorical) in cases {
        assert_eq!(follows(last, 3, &BinaryCrossEntropy).is_ok(), binary, "{name}");
        assert_eq!(follows(last, 3, &CategoricalCrossEntropy).is_ok(), categorical, "{name}");
        // boxes and wrappers know what the loss inside knows
        let boxed: Box<dyn Loss<f64>> = Box::new(Half(Summed(CategoricalCrossEntropy)));
        assert_eq!(follows(last, 3, &boxed).is_ok(), categorical, "{name}");
        let smooth = LabelSmoothing::new(CategoricalCrossEntropy, 0.1);
        let weighted = ClassWeights::new(smooth, [1.0, 2.0, 3.0]);
        assert_eq!(follows(last, 3, &weighted).is_ok(), categorical, "{name}");
        assert_eq!(follows(last, 3, &LabelSmoothing::new(BinaryCrossEntropy, 0.1)).is_ok(), binary, "{name}");
        follows(last, 3, &MeanSquaredError).unwrap();
        follows(last, 3, &MeanAbsoluteError).unwrap();
    }
    assert!(follows(|net| net.add(Step), 3, &BinaryCrossEntropy).is_err());
    assert!(follows(|net| net.add(Step), 3, &CategoricalCrossEntropy).is_err());
}

#[test]
fn a_refusal_says_what_to_use_instead() {
    assert_eq!(
        follows(|net| net.add(Tanh), 1, &BinaryCrossEntropy).unwrap_err(),
        "layer 1 (tanh): binary cross-entropy needs probabilities, but of these outputs nothing is known\n  help: end \
         the model with a Dense and a Sigmoid; a layer of your own says in Layer::output what its outputs are"
    );
    assert_eq!(
        follows(|net| net.add(Identity), 3, &CategoricalCrossEntropy).unwrap_err(),
        "layer 0 (dense): categorical cross-entropy needs probabilities, but these outputs are raw scores\n  help: add \
         a Softmax after it"
    );
    assert_eq!(
        follows(|net| net.add(Sigmoid), 3, &CategoricalCrossEntropy).unwrap_err(),
        "layer 1 (sigmoid): categorical cross-entropy can't follow probabilities of their own, which don't sum to 1\n  \
         help: use Softmax for one class of many, or BinaryCrossEntropy for independent questions"
    );
    assert_eq!(
        follows(|net| net.add(Softmax), 2, &BinaryCrossEntropy).unwrap_err(),
        "layer 1 (softmax): binary cross-entropy can't follow a distribution (here over 2 classes)\n  help: end with \
         Dense::new(1) and Sigmoid for yes or no, or use CategoricalCrossEntropy"
    );
}

/// A wrapper with the required methods only.
#[derive(Debug)]
struct Weighted<L>(L);

impl<L: Loss<f64>> Loss<f64> for Weighted<L> {
    fn name(&self) -> &str {
        "weighted"
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.0.reads(last, width)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        2.0 * self.0.value(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        self.0.gradient(y, t, dy.view_mut());
        dy *= 2.0;
    }
}

/// Taken from the outputs, a logit of -1000 and the target 1 would give the loss 69 and no gradient, without a word.
#[test]
fn a_wrapper_that_forgets_the_logits_is_refused() {
    let (x, t) = (array![[-1000.0], [1.0]], array![[1.0], [0.0]]);
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    let start =
        "weighted says that it reads the logits of the last layer, but gives NaN for them\n  help: write ";
    let both = "value_with_logits and gradient_with_logits";
    let rest = ", which a loss around another one asks that one for";
    let error = evaluate(&model, &Weighted(BinaryCrossEntropy), (&x, &t)).unwrap_err().to_string();
    assert_eq!(error, format!("{start}{both}{rest}"));
    let mut trainer = Trainer::new(Weighted(BinaryCrossEntropy), Sgd::new(0.1));
    assert_eq!(trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string(), error);
    model.forward(&x).unwrap();
    let error = model.loss(&Weighted(BinaryCrossEntropy), &t).unwrap_err().to_string();
    assert_eq!(error, format!("{start}value_with_logits{rest}"));
    let error = model.backward(&Weighted(BinaryCrossEntropy), &t).unwrap_err().to_string();
    assert_eq!(error, format!("{start}gradient_with_logits{rest}"));
    let mut trainer = Trainer::new(Weighted(BinaryCrossEntropy), Sgd::new(0.1));
    let error = trainer.train_batch(&mut model, &x, &t).unwrap_err().to_string();
    assert_eq!(error, format!("{start}{both}{rest}"));

    // around a loss that reads outputs there is nothing to forget
    evaluate(&model, &Weighted(MeanSquaredError), (&x, &t)).unwrap();
}

// 0·∞ where the limit is finite

/// Loss and gradient of a last layer alone.
fn at<F: Float>(
    last: impl Layer<F> + 'static,
    loss: &dyn Loss<F>,
    z: &Array2<F>,
    t: &Array2<F>,
) -> (F, Array2<F>) {
    let mut model = Sequential::new([z.ncols()]).add(last).build(1).unwrap();
    model.forward(z).unwrap();
    model.backward(loss, t).unwrap();
    (model.loss(loss, t).unwrap(), model.delta(0).unwrap().into_owned())
}

fn ruled_out<F: Float>(digits: f64) {
    let of = |rows: Array2<f64>| rows.mapv(F::of);
    let never = F::neg_infinity().as_f64();
    let (z, t) = (of(array![[1.0, 2.0, never]]), of(array![[0.0, 1.0, 0.0]]));
    let (loss, dz) = at(Softmax, &CategoricalCrossEntropy, &z, &t);
    let p = 1.0 / (1.0 + 1.0_f64.exp());
    assert!((loss.as_f64() + (1.0 - p).ln()).abs() < digits, "{loss}");
    assert!((dz[[0, 0]].as_f64() - p).abs() < digits, "{dz}");
    assert_eq!(dz[[0, 2]], F::zero());

    // yes or no, decided by an infinite logit: nothing if that is right, and infinitely much if not
    let (z, t) = (of(array![[never], [-never]]), of(array![[0.0], [1.0]]));
    let (loss, dz) = at(Sigmoid, &BinaryCrossEntropy, &z, &t);
    assert_eq!((loss, dz), (F::zero(), of(array![[0.0], [0.0]])));
    let (loss, dz) = at(Sigmoid, &BinaryCrossEntropy, &z, &of(array![[1.0], [0.0]]));
    assert_eq!((loss, dz), (F::infinity(), of(array![[-0.5], [0.5]])));

    // the same from the outputs: probabilities of exactly 0 and 1
    let (p, t) = (of(array![[0.0, 1.0, 0.0]]), of(array![[0.0, 1.0, 0.0]]));
    for loss in [&CategoricalCrossEntropy as &dyn Loss<F>, &BinaryCrossEntropy] {
        // the clip, and no NaN
        assert!(loss.value(p.view(), t.view()) < F::of(1.2e-7), "{loss:?}");
        let mut dp = of(array![[9.0, 9.0, 9.0]]);
        loss.gradient(p.view(), t.view(), dp.view_mut());
        assert!(dp.iter().all(|dp| dp.is_finite() && dp.as_f64().abs() <= 1.001), "{loss:?}: {dp}");
    }
}

#[test]
fn what_is_ruled_out_costs_nothing() {
    ruled_out::<f64>(1e-15);
    ruled_out::<f32>(1e-6);
}

/// A bias of -∞ rules a class out from the start, and stays where it is.
#[test]
fn a_class_can_be_ruled_out_in_training() {
    let never = f32::NEG_INFINITY;
    let dense = Dense::from_weights(array![[0.1_f32, -0.1, 0.0]], array![0.0, 0.0, never]).unwrap();
    let mut model = Sequential::new([1]).add(dense).add(Softmax).build(1).unwrap();
    let (x, labels) = (array![[1.0_f32], [-1.0], [2.0]], [0, 1, 0]);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.5)).epochs(200);
    let history = trainer.fit(&mut model, (&x, &labels)).unwrap();
    assert!(history.last().unwrap().loss() < 0.05, "{history:?}");
    assert_eq!(model.param("0.bias").unwrap()[[0, 2]], never);
}

#[test]
fn what_is_no_probability_has_no_cross_entropy() {
    for p in [-0.5, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for t in [0.0, 1.0] {
            for loss in [&BinaryCrossEntropy as &dyn Loss<f64>, &CategoricalCrossEntropy] {
                assert!(
                    loss.value(array![[p, 0.5]].view(), array![[t, 1.0]].view()).is_nan(),
                    "{loss:?} {p} {t}"
                );
            }
        }
    }
    // rounded probabilities are some
    assert!(BinaryCrossEntropy.value(array![[1.0_f64 + 1e-9]].view(), array![[1.0]].view()).abs() < 1e-8);
}

// Models that can't learn

#[test]
fn a_distribution_over_one_class_is_refused() {
    let error = Sequential::<f64>::new([2]).add(Dense::new(1)).add(Softmax).build(1).unwrap_err().to_string();
    assert_eq!(
        error,
        "layer 1 (softmax): a distribution over one class is always 1, and nothing before it can learn\n  help: use a \
         Sigmoid for yes or no, or let the layer before have one unit for each class"
    );
    assert!(Sequential::<f64>::new([1, 1]).add(Softmax).build(1).is_err());
    assert!(Sequential::<f64>::new([2]).add(Dense::new(0)).add(Dense::new(1)).build(1).is_err());
}

/// By `fit` and by `train_batch`, which have to agree.
fn training(model: Builder) -> Result<(), String> {
    let mut model = model.build(1).unwrap();
    let t = Array2::from_elem((2, model.output_shape()[0]), 0.25);
    let fit =
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(2).fit(&mut model, (&array![[1.0], [2.0]], &t));
    fit.map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_training_in_which_nothing_can_learn_is_refused() {
    let start = || Sequential::new([1]);
    assert_eq!(
        training(start().add(Dense::new(2)).add(Step)).unwrap_err(),
        "layer 1 (step): its derivative is 0 everywhere, and all parameters lie before it: nothing can learn\n  help: \
         put a Sigmoid or Tanh in its place; a layer of your own says in passes_gradient what comes through"
    );
    let error = training(start().add(Dense::new(2)).add(Step).add(Sigmoid)).unwrap_err();
    assert!(error.starts_with("layer 1 (step)"), "{error}");
    for nothing in [start().add(Tanh), start().add(Identity)] {
        let error = training(nothing).unwrap_err();
        assert_eq!(error, "the model has no parameters to train\n  help: add a Dense, say");
    }
    // what lies behind the Step learns
    training(start().add(Dense::new(2)).add(Step).add(Dense::new(1))).unwrap();
    training(start().add(Step).add(Dense::new(1))).unwrap();
}

#[test]
fn targets_of_a_regression_are_written_with_a_decimal_point() {
    let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    let x = array![[1.0], [2.0]];
    let mut fit = |targets: &[i32]| {
        let fit =
            Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress_bar(false).fit(&mut model, (&x, targets));
        fit.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(
        fit(&[3, 5]).unwrap_err(),
        "label of sample 0: expected a class number from 0 to 1, but got 3\n  help: whole numbers are classes, of which \
         one output tells 0 and 1; write targets of a regression with a decimal point, such as 3.0"
    );
    assert!(fit(&[0, -5]).unwrap_err().contains("such as 3.0"));
    fit(&[0, 1]).unwrap();
}
