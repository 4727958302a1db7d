use crate::File;

/// One of the packed files is damaged: it does not unpack to the original it was made from.
///
/// With an undamaged package this does not happen, as every bit of the input is fixed when the package is published.
///
/// ```text
/// t10k-labels-idx1-ubyte: expected 10008 bytes, but got 4711 (the packed file is cut off)
///   help: the packed file is damaged; delete chainrule-mnist from Cargo's registry folder and build again
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file}: expected {expected}, but got {got}\n  \
     help: the packed file is damaged; delete chainrule-mnist from Cargo's registry folder and build again"
)]
#[non_exhaustive]
pub struct Error {
    /// The original file that can't be had.
    pub file: File,
    /// What it has to be: its length in bytes or its CRC-32.
    pub expected: String,
    /// What came out instead.
    pub got: String,
}
