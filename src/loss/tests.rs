//! What the losses have in common, and what one around another asks that one for.

use ndarray::{Array1, Array2, array};

use super::*;

#[test]
fn what_a_loss_says_of_itself() {
    let weights: Array1<f64> = array![1.0, 2.0];
    let (mse, bce, cce) = (MeanSquaredError, BinaryCrossEntropy, CategoricalCrossEntropy);
    // its name, the numbers of 2 samples of 3 outputs that it is the mean of, and whether `explain` can write it down
    let losses: [(Box<dyn Loss<f64> + '_>, _, _, _); 14] = [
        (Box::new(mse), "mean squared error", 6, true),
        (Box::new(MeanAbsoluteError), "mean absolute error", 6, true),
        (Box::new(Huber::new(1.0)), "Huber loss", 6, false),
        (Box::new(Hinge), "hinge loss", 6, true),
        (Box::new(bce), "binary cross-entropy", 6, true),
        (Box::new(cce), "categorical cross-entropy", 2, true),
        (Box::new(NegativeLogLikelihood), "negative log-likelihood", 2, true),
        (Box::new(Half(mse)), "mean squared error", 6, true),
        (Box::new(Summed(mse)), "squared error", 1, true),
        (Box::new(Summed(bce)), "binary cross-entropy", 1, true),
        (Box::new(LabelSmoothing::new(bce, 0.1)), "binary cross-entropy", 6, false),
        (Box::new(ClassWeights::new(bce, [1.0, 2.0])), "binary cross-entropy", 6, false),
        (Box::new(ClassWeights::new(cce, [1.0, 2.0, 3.0])), "categorical cross-entropy", 2, false),
        (Box::new(SampleWeights::new(cce, weights.view())), "categorical cross-entropy", 2, false),
    ];
    for (loss, name, mean_over, explains) in losses {
        assert_eq!((loss.name(), loss.mean_over(2, 3)), (name, mean_over));
        assert_eq!(loss.explain().is_some(), explains, "{name}");
    }
}

/// Targets that one loss refuses are refused by each around it too; the sample is counted from the first of the batch.
#[test]
fn targets_that_can_not_be_meant_are_errors() {
    let two: Array2<f64> = array![[0.0, 1.0], [0.0, 2.0]];
    let one_less: Array2<f64> = array![[1.0, 0.0], [2.0, -1.0]];
    let nan: Array2<f64> = array![[0.0, 0.0], [0.0, f64::NAN]];
    let (bce, cce) = (BinaryCrossEntropy, CategoricalCrossEntropy);
    let losses: [(Box<dyn Loss<f64>>, _, _); 12] = [
        (Box::new(MeanSquaredError), &nan, "target 1 of sample 6: expected a finite number"),
        (Box::new(Half(MeanSquaredError)), &nan, "target 1 of sample 6: expected a finite number"),
        (Box::new(bce), &two, "target 1 of sample 6: expected a probability from 0 to 1"),
        (Box::new(bce), &nan, "target 1 of sample 6: expected a probability from 0 to 1"),
        (Box::new(Half(bce)), &two, "target 1 of sample 6: expected a probability from 0 to 1"),
        (Box::new(Summed(bce)), &two, "target 1 of sample 6: expected a probability from 0 to 1"),
        (
            Box::new(LabelSmoothing::new(bce, 0.1)),
            &two,
            "target 1 of sample 6: expected a probability from 0 to 1",
        ),
        (Box::new(cce), &two, "target row of sample 6: expected a distribution over the classes"),
        (Box::new(cce), &one_less, "target row of sample 6: expected a distribution over the classes"),
        (Box::new(NegativeLogLikelihood), &two, "target row of sample 6: expected a distribution"),
        (
            Box::new(ClassWeights::new(cce, [1.0, 2.0])),
            &one_less,
            "target row of sample 6: expected a distribution",
        ),
        (Box::new(Hinge), &two, "target 0 of sample 5: expected -1 or 1"),
    ];
    for (loss, t, expected) in losses {
        let error = loss.check_targets(t.view(), 5).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{loss:?}: {error}");
    }
}

#[test]
fn a_smoothed_target_is_about_the_answers_of_the_loss_inside() {
    assert_eq!((CategoricalCrossEntropy.answers(10), NegativeLogLikelihood.answers(10)), (10, 10));
    assert_eq!((BinaryCrossEntropy.answers(10), Half(BinaryCrossEntropy).answers(10)), (2, 2));
    let (half, summed) = (Half(NegativeLogLikelihood), Summed(CategoricalCrossEntropy));
    assert_eq!((half.answers(10), summed.answers(10)), (10, 10));
}

/// What is no probability has no logarithm that would make sense, but rounding may step over an edge.
#[test]
fn only_probabilities_are_clipped() {
    let edge = f64::PROBABILITY_CLIP;
    for (p, expected) in
        [(0.25, 0.25), (0.0, edge), (-NEAR / 2.0, edge), (1.0, 1.0 - edge), (1.0 + NEAR / 2.0, 1.0 - edge)]
    {
        assert_eq!(clip(p), expected, "{p}");
    }
    assert!([-2.0 * NEAR, 1.0 + 2.0 * NEAR, f64::NAN].into_iter().all(|p| clip(p).is_nan()));
}

#[test]
fn hinge_loss_refuses_what_are_no_scores() {
    for last in
        [Output::SigmoidOfLogits, Output::SoftmaxOfLogits, Output::Probabilities, Output::LogDistribution]
    {
        let error = Loss::<f64>::reads(&Hinge, last, 3).unwrap_err().to_string();
        assert!(error.starts_with("hinge loss needs scores below -1 and above 1"), "{last:?}: {error}");
    }
    assert_eq!(Loss::<f64>::reads(&Hinge, Output::Logits, 3).unwrap(), Reads::Outputs);
}
