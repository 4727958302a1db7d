//! Choices and numbers out of arbitrary bytes; when these are used up, the first choice and zeros.

use arbitrary::Unstructured;

pub(crate) struct Choices<'a>(Unstructured<'a>);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Choices(Unstructured::new(bytes))
    }

    /// A number below that one, which is at least 1.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.int_in_range(0..=end - 1).unwrap_or_default()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    /// A size: mostly a small one, now and then none or more than any memory.
    pub(crate) fn size(&mut self) -> usize {
        match self.below(64) {
            small @ 0..60 => 1 + small % 9,
            60 | 61 => 0,
            _ => self.one_of(&[1 << 50, 1 << 62, usize::MAX, usize::MAX / 2 + 1]),
        }
    }

    pub(crate) fn pair(&mut self) -> [usize; 2] {
        [self.size(), self.size()]
    }

    /// A number: mostly a small one, now and then one at the edge of what there is.
    pub(crate) fn number(&mut self) -> f64 {
        const EDGES: [f64; 12] = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            1e-300,
            1e-42,
            1e30,
            -1e30,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        match self.below(8) {
            0..5 => f64::from(self.0.arbitrary::<i8>().unwrap_or_default()) / 32.0,
            5 => self.0.arbitrary().unwrap_or_default(),
            6 => f64::from(self.0.arbitrary::<f32>().unwrap_or_default()),
            _ => self.one_of(&EDGES),
        }
    }

    /// A short text of any letters.
    pub(crate) fn text(&mut self) -> String {
        let letters = self.below(6);
        (0..letters).map(|_| self.0.arbitrary::<char>().unwrap_or('x')).collect()
    }
}
