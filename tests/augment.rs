//! Augmented images in a training: other ones in each epoch, the same bits for any number of threads, and none outside of it.

use chainrule::Rng;
use chainrule::data::{Augment, Samples};
use chainrule::prelude::*;

/// Images of 16 × 16: a bar that stands is class 0, one that lies is class 1.
fn bars(count: usize) -> Dataset<f32> {
    let mut rng = Rng::new(7);
    let places: Vec<usize> = (0..count).map(|_| 4 + rng.below(8)).collect();
    let images = Array3::from_shape_fn((count, 16, 16), |(i, row, column)| {
        let across = if i % 2 == 0 { column } else { row };
        if across == places[i] { 1.0 } else { 0.0 }
    });
    Dataset::from_labels(images, (0..count).map(|i| i % 2), 2).unwrap()
}

fn model() -> Sequential<f32> {
    Sequential::new([16, 16])
        .add(Flatten)
        .add(Dense::new(16))
        .add(ReLU)
        .add(Dense::new(2))
        .add(Softmax)
        .build(3)
        .unwrap()
}

fn train(samples: impl Samples<f32>, threads: usize, batch_size: usize) -> (Sequential<f32>, Vec<f64>) {
    let mut model = model();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(3).batch_size(batch_size);
    trainer = trainer.threads(threads).shuffle(5);
    let losses = trainer.fit(&mut model, samples).unwrap().losses();
    (model, losses)
}

fn weights(model: &Sequential<f32>) -> Vec<u32> {
    model.params().flat_map(|(_, value)| value.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// Batches of 200 images are gathered by all threads.
#[test]
fn the_same_bits_for_any_number_of_threads() {
    let data = bars(400);
    let augmented = || Augment::new(&data, [16, 16]).shift(2).rotate(15.0).seed(11);
    let (one, losses) = train(augmented(), 1, 200);
    for threads in [2, 3] {
        let (many, again) = train(augmented(), threads, 200);
        assert_eq!((weights(&one), &losses), (weights(&many), &again));
    }
    assert_ne!(weights(&one), weights(&train(&data, 1, 200).0));
    assert_ne!(weights(&one), weights(&train(augmented().seed(12), 1, 200).0));
}

/// A rate of nothing leaves the model as it is: the loss of an epoch changes only if its images do.
#[test]
fn each_epoch_has_other_images_and_an_evaluation_those_that_there_are() {
    let data = bars(40);
    let losses = |samples: &dyn Samples<f32>| {
        let mut model = model();
        let trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(1e-30)).epochs(3).validation(samples);
        let history = trainer.without_shuffle().fit(&mut model, samples).unwrap();
        let validation =
            history.epochs().iter().map(|epoch| epoch.validation.as_ref().unwrap().loss).collect::<Vec<_>>();
        (history.losses(), validation)
    };
    let (plain, validation) = losses(&data);
    assert!(plain.iter().all(|loss| *loss == plain[0]));
    let (changing, same) = losses(&Augment::new(&data, [16, 16]).shift(2).rotate(10.0));
    assert_eq!(validation, same);
    assert!(changing[0] != changing[1] && changing[1] != changing[2] && changing[0] != plain[0]);
    let augmented = Augment::new(&data, [16, 16]).shift(2);
    let loss =
        |samples: &dyn Samples<f32>| evaluate(&model(), &CategoricalCrossEntropy, samples).unwrap().loss();
    assert_eq!(loss(&data), loss(&augmented));
}

#[test]
fn settings_out_of_range_are_told_before_the_training() {
    let data = bars(4);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    let error = trainer.fit(&mut model(), Augment::new(&data, [16, 15]).shift(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "shape of the images: expected rows × columns, or channels × rows × columns, 256 pixels in all, but got 16 × 15\n  \
         help: give Augment::new the shape of one image, such as [28, 28]"
    );
}
