//! How the training stands, in the numbers of one picture.

use chainrule::ndarray::ArrayView2;

use super::Core;
use crate::contract::{Frame, Histogram, Past};

/// The bins of a histogram.
const BINS: usize = 24;

impl Core {
    /// How the training stands. The parameters are in it too.
    pub fn frame(&mut self) -> Frame {
        let rate = self.training.next_rate();
        let training = &self.training;
        let now = training.measure(&training.set.train);
        let test = training.set.test.as_ref().map(|test| training.measure(test));
        let [gradient_norms, update_ratios] = self.last_step();
        Frame {
            step: training.step,
            epoch: training.epoch(),
            steps_per_epoch: training.steps_per_epoch(),
            loss: now.0,
            test_loss: test.map(|test| test.0),
            accuracy: now.1,
            test_accuracy: test.and_then(|test| test.1),
            rate,
            params: self.params(),
            gradient_norms,
            update_ratios,
            weight_histograms: self.histograms(),
            history: self.history.up_to(training.step, now, test.map(|test| test.0)),
            past: Past { first: 0, last: self.past.last },
            cursor: self.walk.as_ref().and_then(|walk| walk.cursor()),
            diverged: training.diverged.clone(),
        }
    }

    /// All parameters, row by row.
    pub fn params(&self) -> Vec<f64> {
        self.training
            .model
            .params()
            .flat_map(|(_, values)| values.iter().copied().collect::<Vec<_>>())
            .collect()
    }

    /// Of the last step, for each layer with parameters: the length of its gradient, and how far it went.
    fn last_step(&self) -> [Vec<f64>; 2] {
        let (model, before) = (&self.training.model, &self.training.before);
        let [mut norms, mut ratios] = [Vec::new(), Vec::new()];
        if before.is_empty() || self.training.step == 0 {
            return [norms, ratios];
        }
        let mut before = before.iter();
        for (index, layer) in model.layers().enumerate().filter(|(_, layer)| !layer.params().is_empty()) {
            let [mut gradient, mut moved, mut all] = [0.0; 3];
            for (param, before) in layer.params().iter().zip(before.by_ref()) {
                gradient +=
                    model.gradient(&format!("{index}.{}", param.name)).map_or(0.0, |g| squares(g.view()));
                moved += squares((&param.value - before).view());
                all += squares(before.view());
            }
            norms.push(gradient.sqrt());
            ratios.push(if all > 0.0 { (moved / all).sqrt() } else { 0.0 });
        }
        [norms, ratios]
    }

    /// The weights of each layer that has some; biases are left out.
    fn histograms(&self) -> Vec<Histogram> {
        let layers = self.training.model.layers().enumerate();
        let weights = |(layer, of): (usize, &dyn chainrule::Layer<f64>)| {
            let weight = of.params().iter().find(|param| param.is_weight())?;
            Some(histogram(layer, weight.value.view()))
        };
        layers.filter_map(weights).collect()
    }
}

fn squares(values: ArrayView2<f64>) -> f64 {
    values.iter().map(|x| x * x).sum()
}

fn histogram(layer: usize, weights: ArrayView2<f64>) -> Histogram {
    let (from, to) =
        weights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &w| (low.min(w), high.max(w)));
    let mut counts = vec![0; BINS];
    for &weight in weights {
        let place = if to > from { (weight - from) / (to - from) * BINS as f64 } else { 0.0 };
        if let Some(count) = counts.get_mut((place as usize).min(BINS - 1)) {
            *count += 1;
        }
    }
    Histogram { layer, from, to, counts }
}
