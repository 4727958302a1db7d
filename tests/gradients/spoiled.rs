//! The negative controls: a layer and a loss that are right but for one gradient.

use chainrule::explain::formula::{Formula, NamedPass, Subject};
use chainrule::prelude::*;

/// What is wrong with a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Damage {
    /// by four tolerances too large
    Factor,
    /// the wrong sign
    Sign,
    /// the largest entry forgotten
    Largest,
    /// every entry too large by a hundredth of the largest ∂L/∂y, the only mistake that shows where all is 0
    Shift,
}

impl Damage {
    pub const ALL: [Damage; 4] = [Damage::Factor, Damage::Sign, Damage::Largest, Damage::Shift];

    /// How many entries have to be judged to find it.
    pub fn entries(self) -> usize {
        if self == Damage::Largest { usize::MAX } else { 4 }
    }

    fn spoil(self, mut g: ArrayViewMut2<f64>, dy: ArrayView2<f64>) {
        let largest = |x: ArrayView2<f64>| x.fold(0.0, |largest: f64, x| largest.max(x.abs()));
        match self {
            Damage::Factor => g *= 1.0 + 4e-6,
            Damage::Sign => g *= -1.0,
            Damage::Largest => {
                let most = largest(g.view());
                g.mapv_inplace(|g| if g.abs() == most { 0.0 } else { g });
            }
            Damage::Shift => g += 0.01 * largest(dy),
        }
    }
}

/// A layer with a damage in `backward` or, at `param`, in that gradient.
#[derive(Clone, Debug)]
pub struct SpoiledLayer {
    pub right: Box<dyn Layer<f64>>,
    pub param: Option<usize>,
    pub damage: Damage,
}

impl Layer<f64> for SpoiledLayer {
    fn name(&self) -> &str {
        self.right.name()
    }

    fn config(&self) -> chainrule::Config {
        self.right.config()
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        self.right.build(input, rng)
    }

    fn forward(&self, x: ArrayView2<f64>, y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
        self.right.forward(x, y, memory);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        let dy = pass.dy;
        self.right.backward(pass, dx.view_mut());
        if self.param.is_none() {
            self.damage.spoil(dx, dy);
        }
    }

    fn gradient<'a>(
        &self,
        param: usize,
        pass: Pass<'a, f64>,
        room: &'a mut Array2<f64>,
    ) -> Gradient<'a, f64> {
        if self.param != Some(param) {
            return self.right.gradient(param, pass, room);
        }
        let (mut own, dy) = (room.clone(), pass.dy);
        let shorter = Pass { x: pass.x.view(), y: pass.y.view(), dy: pass.dy.view(), memory: pass.memory };
        let right = self.right.gradient(param, shorter, &mut own).matrix().to_owned();
        room.assign(&right);
        self.damage.spoil(room.view_mut(), dy);
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        self.right.params()
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        self.right.params_mut()
    }

    fn state(&self) -> &[Param<f64>] {
        self.right.state()
    }

    fn state_mut(&mut self) -> &mut [Param<f64>] {
        self.right.state_mut()
    }

    fn update_state(&mut self, memory: &Memory<f64>) {
        self.right.update_state(memory);
    }

    fn output(&self) -> Output {
        // no pair, which would leave out the way back through this layer
        match self.right.output() {
            Output::SigmoidOfLogits => Output::Probabilities,
            Output::SoftmaxOfLogits => Output::Distribution,
            other => other,
        }
    }

    fn skips(&self) -> Option<usize> {
        self.right.skips()
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        self.right.explain(subject, pass)
    }
}

/// A loss with a damage in its gradient, in both of its forms.
#[derive(Debug)]
pub struct SpoiledLoss {
    pub right: Box<dyn Loss<f64>>,
    pub damage: Damage,
}

impl Loss<f64> for SpoiledLoss {
    fn name(&self) -> &str {
        self.right.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.right.reads(last, width)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.right.value(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        self.right.gradient(y, t, dy.view_mut());
        let right = dy.to_owned();
        self.damage.spoil(dy, right.view());
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.right.mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.right.value_with_logits(last, z, t)
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<f64>,
        t: ArrayView2<f64>,
        mut dz: ArrayViewMut2<f64>,
    ) {
        self.right.gradient_with_logits(last, p, t, dz.view_mut());
        let right = dz.to_owned();
        self.damage.spoil(dz, right.view());
    }

    fn check_targets(&self, t: ArrayView2<f64>, first: usize) -> Result<()> {
        self.right.check_targets(t, first)
    }
}
