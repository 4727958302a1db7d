use std::fmt;

use brotli_decompressor::{BrotliResult, brotli_decode};

use crate::Error;

/// One of MNIST's four original files, in the IDX format.
///
/// An IDX file is a short header of big-endian 32-bit numbers (what it holds, then the length of each axis), followed
/// by one byte per entry. [`Digits`](crate::Digits) is the same data without the header, ready to compute with; the
/// files are for programs that want to read IDX themselves.
///
/// # Examples
/// ```
/// use chainrule_mnist::File;
///
/// let folder = std::env::temp_dir();
/// for file in File::ALL {
///     std::fs::write(folder.join(file.name()), file.bytes()?)?;
/// }
/// # for file in File::ALL { std::fs::remove_file(folder.join(file.name()))?; }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum File {
    /// 60,000 images of 28 × 28 pixels, after a header of 16 bytes.
    TrainImages,
    /// 60,000 labels from 0 to 9, after a header of 8 bytes.
    TrainLabels,
    /// 10,000 images of 28 × 28 pixels, after a header of 16 bytes.
    TestImages,
    /// 10,000 labels from 0 to 9, after a header of 8 bytes.
    TestLabels,
}

/// A packed file and what it must unpack to.
struct Packed {
    name: &'static str,
    brotli: &'static [u8],
    /// In bytes, unpacked.
    length: usize,
    /// Of the unpacked bytes. A SHA-256 here would double the time to load on a processor that has no instructions for
    /// it, and protect from nothing more: these bytes are compiled in. The tests compare the SHA-256 sums.
    crc32: u32,
}

static TRAIN_IMAGES: Packed = Packed {
    name: "train-images-idx3-ubyte",
    brotli: include_bytes!("../data/train-images-idx3-ubyte.br"),
    length: 47_040_016,
    crc32: 0xe9f4_d8b3,
};

static TRAIN_LABELS: Packed = Packed {
    name: "train-labels-idx1-ubyte",
    brotli: include_bytes!("../data/train-labels-idx1-ubyte.br"),
    length: 60_008,
    crc32: 0xe0cb_4ad2,
};

static TEST_IMAGES: Packed = Packed {
    name: "t10k-images-idx3-ubyte",
    brotli: include_bytes!("../data/t10k-images-idx3-ubyte.br"),
    length: 7_840_016,
    crc32: 0x9137_3bdf,
};

static TEST_LABELS: Packed = Packed {
    name: "t10k-labels-idx1-ubyte",
    brotli: include_bytes!("../data/t10k-labels-idx1-ubyte.br"),
    length: 10_008,
    crc32: 0x4ab9_eff9,
};

impl File {
    /// All four, in the order in which they are usually listed.
    pub const ALL: [File; 4] = [File::TrainImages, File::TrainLabels, File::TestImages, File::TestLabels];

    /// The file's original name, such as `train-images-idx3-ubyte`.
    pub fn name(self) -> &'static str {
        self.packed().name
    }

    /// The file's original bytes, header included.
    ///
    /// # Errors
    /// If the packed file is damaged: what comes out has another length or another CRC-32 than the original.
    pub fn bytes(self) -> Result<Vec<u8>, Error> {
        self.unpack(self.packed().brotli)
    }

    fn packed(self) -> &'static Packed {
        match self {
            File::TrainImages => &TRAIN_IMAGES,
            File::TrainLabels => &TRAIN_LABELS,
            File::TestImages => &TEST_IMAGES,
            File::TestLabels => &TEST_LABELS,
        }
    }

    /// Unpacks `brotli`, which should be this file; the tests hand in damaged ones.
    fn unpack(self, brotli: &[u8]) -> Result<Vec<u8>, Error> {
        let &Packed { length, crc32, .. } = self.packed();
        let error = |expected, got| Error { file: self, expected, got };

        let mut bytes = vec![0; length];
        let decoded = brotli_decode(brotli, &mut bytes);
        let complaint = match decoded.result {
            BrotliResult::ResultSuccess if decoded.decoded_size == length => None,
            BrotliResult::ResultSuccess => Some("end of the packed file"),
            BrotliResult::NeedsMoreInput => Some("the packed file is cut off"),
            BrotliResult::NeedsMoreOutput => Some("and more to come"),
            BrotliResult::ResultFailure => Some("then an invalid Brotli stream"),
        };
        if let Some(complaint) = complaint {
            let got = format!("{} ({complaint})", decoded.decoded_size);
            return Err(error(format!("{length} bytes"), got));
        }

        let found = crc32fast::hash(&bytes);
        if found != crc32 {
            return Err(error(format!("CRC-32 {crc32:08x}"), format!("{found:08x}")));
        }
        Ok(bytes)
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest file, so that thousands of damaged copies can be tried.
    fn labels() -> Vec<u8> {
        TEST_LABELS.brotli.to_vec()
    }

    #[test]
    fn a_stream_cut_off_anywhere_is_an_error() {
        let whole = labels();
        for length in 0..whole.len() {
            assert!(File::TestLabels.unpack(&whole[..length]).is_err(), "cut off after {length} bytes");
        }
    }

    /// Some flips change a code that the stream never uses: then the original still comes out, and that is all right.
    #[test]
    fn a_flipped_bit_never_gives_wrong_bytes() -> Result<(), Error> {
        let original = File::TestLabels.bytes()?;
        let mut stream = labels();
        let mut harmless = 0;
        for position in 0..stream.len() {
            let bit = 1 << (position % 8);
            stream[position] ^= bit;
            if let Ok(bytes) = File::TestLabels.unpack(&stream) {
                assert!(bytes == original, "bit {bit:#04x} of byte {position} flipped");
                harmless += 1;
            }
            stream[position] ^= bit;
        }
        assert!(harmless < 10, "{harmless} flips went unnoticed");
        Ok(())
    }

    #[test]
    fn damaged_images_are_an_error() {
        let mut stream = TEST_IMAGES.brotli.to_vec();
        for position in (7..stream.len()).step_by(100_003) {
            assert!(File::TestImages.unpack(&stream[..position]).is_err(), "cut off after {position} bytes");
            stream[position] ^= 0x10;
            assert!(File::TestImages.unpack(&stream).is_err(), "byte {position} changed");
            stream[position] ^= 0x10;
        }
    }

    #[test]
    fn a_stream_of_another_length_is_an_error() {
        assert!(File::TrainLabels.unpack(TEST_LABELS.brotli).is_err(), "too short");
        assert!(File::TestLabels.unpack(TRAIN_LABELS.brotli).is_err(), "too long");
    }

    #[test]
    fn errors_say_what_to_do() {
        let stream = labels();
        let error = File::TestLabels.unpack(&stream[..0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "t10k-labels-idx1-ubyte: expected 10008 bytes, but got 0 (the packed file is cut off)\n  \
             help: the packed file is damaged; delete chainrule-mnist from Cargo's registry folder and build again"
        );
    }
}
