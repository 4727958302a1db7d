//! What a model relies on in every layer, a user's own too: checked once when the model is built, so that no pass has
//! to wonder.

use ndarray::Array2;

use crate::table::thousands;
use crate::{Error, Float, Layer, Output, Param, Result};

/// NumPy's limit: all that is said of a layer repeats its shape.
const MOST_AXES: usize = 64;

/// The number of features in a sample of that shape; `None` if there are none, more than memory can ever hold, or too many
/// axes.
pub(super) fn width<F: Float>(shape: &[usize]) -> Option<usize> {
    let width = shape.iter().try_fold(1_usize, |width, &axis| width.checked_mul(axis))?;
    let bytes = width.checked_mul(size_of::<F>())?;
    ((1..=MOST_AXES).contains(&shape.len()) && width > 0 && isize::try_from(bytes).is_ok()).then_some(width)
}

/// A shape that can't be one, in words.
pub(super) fn words(shape: &[usize]) -> String {
    if shape.len() > MOST_AXES {
        format!("of {} axes, of at most {MOST_AXES}", thousands(shape.len()))
    } else {
        format!("of shape {shape:?}")
    }
}

/// Whether a layer that was built for samples of shape `input` keeps what its shapes and parameters promise.
///
/// # Errors
/// [`Error::Mismatch`] if the output can't be held, if only the shape should change but the number of features does, if
/// the parameters or the state to look at are not the ones to change, or if there are parameters in a layer that only
/// reshapes or whose inputs a loss takes as logits.
pub(super) fn check<F: Float>(layer: &mut dyn Layer<F>, input: &[usize], output: &[usize]) -> Result<()> {
    let Some(outputs) = width::<F>(output) else {
        let help = "return a shape from build() without a 0, such as vec![3], that fits into memory";
        return Err(Error::mismatch(format!("can't give samples {}", words(output)), help));
    };
    if layer.only_reshapes() && width::<F>(input) != Some(outputs) {
        let problem = format!("says that it only reshapes, but makes {output:?} of samples of {input:?}");
        let help = "return a shape of as many features from build(), or false from only_reshapes()";
        return Err(Error::mismatch(problem, help));
    }
    let shapes = |params: &[Param<F>]| -> Vec<_> {
        params.iter().map(|param| (param.name, param.value.dim())).collect()
    };
    let (params, state) = (shapes(layer.params()), shapes(layer.state()));
    for (what, method, shown, changed) in [
        ("parameters", "params", &params, shapes(layer.params_mut())),
        ("state", "state", &state, shapes(layer.state_mut())),
    ] {
        if *shown != changed {
            let problem =
                format!("shows the {what} {shown:?} in {method}(), but {changed:?} in {method}_mut()");
            return Err(Error::mismatch(problem, format!("return the same {what} from both")));
        }
    }
    let names: Vec<&str> = params.iter().chain(&state).map(|(name, _)| *name).collect();
    let is_repeated = |&(index, name): &(usize, &&str)| names.iter().take(index).any(|before| before == name);
    if let Some((_, name)) = names.iter().enumerate().find(is_repeated) {
        let help = "give each parameter of a layer a name of its own";
        return Err(Error::mismatch(format!("has two parameters of the name {name}"), help));
    }
    if !params.is_empty() && layer.only_reshapes() {
        let problem = "says that it only reshapes, but has parameters, which then get no gradient";
        return Err(Error::mismatch(problem, "return false from only_reshapes()"));
    }
    // a loss that takes the logits starts the chain rule before this layer, whose parameters then get no gradient
    if !params.is_empty() && matches!(layer.output(), Output::SigmoidOfLogits | Output::SoftmaxOfLogits) {
        let problem = "has parameters and says that its outputs are the Sigmoid or the Softmax of its inputs";
        let help = "return Output::Probabilities or Output::Distribution from output(), or put a Sigmoid or Softmax \
                    behind the layer";
        return Err(Error::mismatch(problem, help));
    }
    Ok(())
}

/// Whether a layer still has the parameters and the state that it was built with: what goes on beside them, gradients and
/// the state of an optimizer, has their shapes.
///
/// # Errors
/// [`Error::Mismatch`] if not.
pub(super) fn check_kept<F: Float>(
    layer: &dyn Layer<F>,
    params: &[Array2<F>],
    state: &[(usize, usize)],
) -> Result<()> {
    let (own, of_state) = (layer.params(), layer.state());
    let same = |(param, room): (&Param<F>, &Array2<F>)| param.value.dim() == room.dim();
    let same_state = |(param, &shape): (&Param<F>, &(usize, usize))| param.value.dim() == shape;
    let kept = own.len() == params.len() && own.iter().zip(params).all(same);
    if kept && of_state.len() == state.len() && of_state.iter().zip(state).all(same_state) {
        return Ok(());
    }
    let shapes = |params: &[Param<F>]| params.iter().map(|param| param.value.dim()).collect::<Vec<_>>();
    let built: Vec<_> = params.iter().map(Array2::dim).collect();
    let (what, has, had) =
        if kept { ("state", shapes(of_state), state.to_vec()) } else { ("parameters", shapes(own), built) };
    let problem = format!("has {what} of the shapes {has:?}, but was built with {had:?}");
    Err(Error::mismatch(problem, "change the numbers of a layer after build(), never how many there are"))
}

/// Whether there are the layers around which a layer behind samples of these shapes has a connection, and what goes into
/// them can be added to its output.
///
/// # Errors
/// [`Error::Mismatch`] if not.
pub(super) fn check_skip<F: Float>(
    layer: &dyn Layer<F>,
    shapes: &[Vec<usize>],
    output: &[usize],
) -> Result<()> {
    let Some(layers) = layer.skips() else { return Ok(()) };
    let before = shapes.len().saturating_sub(1);
    let first = before.checked_sub(layers).filter(|_| layers > 0);
    let Some((first, input)) = first.and_then(|first| Some((first, shapes.get(first)?))) else {
        let problem = format!("is to go around {layers} of the {before} layers before it");
        return Err(Error::mismatch(problem, "put it behind its block: .residual(|block| block.add(…))"));
    };
    if input != output {
        let problem =
            format!("adds samples of {input:?}, which go into layer {first}, to samples of {output:?}");
        let help =
            "let the block give samples of the shape that it takes, with as many units or filters at its end";
        return Err(Error::mismatch(problem, help));
    }
    let of_logits = matches!(layer.output(), Output::SigmoidOfLogits | Output::SoftmaxOfLogits);
    if layer.only_reshapes() || of_logits {
        let problem = "has a connection around the layers before it, and says that its outputs are those of another layer";
        return Err(Error::mismatch(problem, "put a Residual behind the layer"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flatten, Memory, Pass, ReLU, Rng, Sequential};
    use ndarray::{ArrayView2, ArrayViewMut2, array};

    /// Promises what it is told to.
    #[derive(Clone, Debug)]
    struct Promise {
        output: Vec<usize>,
        only_reshapes: bool,
        meaning: Output,
        shown: Vec<Param<f64>>,
        changed: Vec<Param<f64>>,
        state: [Vec<Param<f64>>; 2],
    }

    impl Default for Promise {
        fn default() -> Self {
            Promise {
                output: vec![6],
                only_reshapes: false,
                meaning: Output::Values,
                shown: Vec::new(),
                changed: Vec::new(),
                state: [Vec::new(), Vec::new()],
            }
        }
    }

    impl Layer<f64> for Promise {
        fn name(&self) -> &str {
            "promise"
        }

        fn build(&mut self, _: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
            Ok(self.output.clone())
        }

        fn forward(&self, _: ArrayView2<f64>, _: ArrayViewMut2<f64>, _: &mut Memory<f64>) {}

        fn backward(&self, _: Pass<f64>, _: ArrayViewMut2<f64>) {}

        fn params(&self) -> &[Param<f64>] {
            &self.shown
        }

        fn params_mut(&mut self) -> &mut [Param<f64>] {
            &mut self.changed
        }

        fn state(&self) -> &[Param<f64>] {
            &self.state[0]
        }

        fn state_mut(&mut self) -> &mut [Param<f64>] {
            &mut self.state[1]
        }

        fn output(&self) -> Output {
            self.meaning
        }

        fn only_reshapes(&self) -> bool {
            self.only_reshapes
        }
    }

    fn refusal(promise: Promise) -> String {
        let model = Sequential::new([6]).add(ReLU).add(promise).add(Flatten).build(1);
        model.map(drop).unwrap_err().to_string()
    }

    #[test]
    fn a_layer_that_reshapes_keeps_every_feature() {
        let reshape =
            |output: &[usize]| Promise { output: output.into(), only_reshapes: true, ..Promise::default() };
        assert!(Sequential::new([6]).add(reshape(&[2, 3])).build(1).is_ok());
        assert_eq!(
            refusal(reshape(&[5])),
            "layer 1 (promise): says that it only reshapes, but makes [5] of samples of [6]\n  help: return a shape \
             of as many features from build(), or false from only_reshapes()"
        );
    }

    #[test]
    fn outputs_have_features_and_fit_into_memory() {
        for output in [vec![], vec![0], vec![3, 0], vec![usize::MAX, 3], vec![usize::MAX / 2]] {
            assert_eq!(
                refusal(Promise { output: output.clone(), ..Promise::default() }),
                format!(
                    "layer 1 (promise): can't give samples of shape {output:?}\n  help: return a shape from build() \
                     without a 0, such as vec![3], that fits into memory"
                )
            );
        }
    }

    #[test]
    fn params_to_see_are_params_to_change() {
        let (one, other) = (Param::new("k", array![[1.0]]), Param::new("k", array![[1.0, 2.0]]));
        let promise = |shown: &[&Param<f64>], changed: &[&Param<f64>]| {
            let params = |params: &[&Param<f64>]| params.iter().map(|&param| param.clone()).collect();
            Promise { shown: params(shown), changed: params(changed), ..Promise::default() }
        };
        assert!(Sequential::new([6]).add(promise(&[&one], &[&one])).build(1).is_ok());
        assert_eq!(
            refusal(promise(&[&one], &[])),
            "layer 1 (promise): shows the parameters [(\"k\", (1, 1))] in params(), but [] in params_mut()\n  help: \
             return the same parameters from both"
        );
        assert!(refusal(promise(&[&one], &[&other])).contains("but [(\"k\", (1, 2))] in params_mut()"));
        assert_eq!(
            refusal(promise(&[&one, &other], &[&one, &other])),
            "layer 1 (promise): has two parameters of the name k\n  help: give each parameter of a layer a name of \
             its own"
        );
    }

    #[test]
    fn the_state_to_look_at_is_the_one_to_change() {
        let mean = vec![Param::new("mean", array![[1.0]])];
        let promise = |state| Promise { state, ..Promise::default() };
        assert!(Sequential::new([6]).add(promise([mean.clone(), mean.clone()])).build(1).is_ok());
        assert_eq!(
            refusal(promise([mean.clone(), Vec::new()])),
            "layer 1 (promise): shows the state [(\"mean\", (1, 1))] in state(), but [] in state_mut()\n  help: \
             return the same state from both"
        );
        let (shown, changed) = (mean.clone(), mean.clone());
        let twice = Promise { shown, changed, ..promise([mean.clone(), mean]) };
        assert!(refusal(twice).contains("has two parameters of the name mean"));
    }

    #[test]
    fn a_layer_that_reshapes_has_no_parameters() {
        let params = vec![Param::new("k", array![[1.0]])];
        let (shown, changed) = (params.clone(), params);
        assert_eq!(
            refusal(Promise { only_reshapes: true, shown, changed, ..Promise::default() }),
            "layer 1 (promise): says that it only reshapes, but has parameters, which then get no gradient\n  help: \
             return false from only_reshapes()"
        );
    }

    #[test]
    fn a_layer_behind_logits_has_no_parameters() {
        let params = vec![Param::new("k", array![[1.0]])];
        let promise = Promise { shown: params.clone(), changed: params, ..Promise::default() };
        assert!(Sequential::new([6]).add(promise.clone()).build(1).is_ok());
        for meaning in [Output::SigmoidOfLogits, Output::SoftmaxOfLogits] {
            assert_eq!(
                refusal(Promise { meaning, ..promise.clone() }),
                "layer 1 (promise): has parameters and says that its outputs are the Sigmoid or the Softmax of its \
                 inputs\n  help: return Output::Probabilities or Output::Distribution from output(), or put a \
                     Sigmoid or Softmax behind the layer"
            );
        }
    }

    #[test]
    fn a_sample_that_no_memory_holds_is_an_error() {
        let error = Sequential::<f32>::new([usize::MAX, 2]).add(Flatten).build(1).unwrap_err().to_string();
        assert!(
            error.starts_with("a model can't have samples of shape [18446744073709551615, 2]"),
            "{error}"
        );
    }
}
