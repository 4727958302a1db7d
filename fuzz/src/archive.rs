//! Model files out of their parts: whatever a fuzzer does to a part, the lengths fit.
//!
//! ```text
//! {"format":1,…}         the description of the model, JSON without the quotes and escapes that it has in the file
//! \0
//! 0.weight F32 3 2       a tensor on each line: name, type, shape; where its numbers lie follows from that
//! training/values U8     the tensor of the next part, where there is one
//! \0
//! {"epoch":1,…}          the values of a training
//! \0
//! ..                     the numbers of all tensors; zeros where they are too few
//! ```

use serde_json::{Map, Value, json};

/// The tensor of bytes in a checkpoint.
const VALUES: &str = "training/values";
/// The most bytes that a file is filled up to: a header may promise more, and then does not keep it.
const MOST: usize = 1 << 16;

/// The bytes as they are, or the file whose parts they are: those begin with a brace, and a model file with the length of its
/// header.
pub(crate) fn assembled(bytes: &[u8]) -> Vec<u8> {
    if !bytes.starts_with(b"{") {
        return bytes.to_vec();
    }
    let mut parts = bytes.splitn(4, |&byte| byte == 0);
    let [description, tensors, values, numbers] = [(); 4].map(|()| parts.next().unwrap_or_default());
    let [description, tensors] = [description, tensors].map(String::from_utf8_lossy);
    let (mut header, mut data) = (Map::new(), Vec::new());
    header.insert("__metadata__".into(), json!({ "chainrule": description }));
    let (mut end, mut numbers) = (0_usize, numbers.iter().copied().chain(std::iter::repeat(0)));
    for line in tensors.lines() {
        let mut words = line.split(' ');
        let [name, dtype] = [(); 2].map(|()| words.next().unwrap_or_default());
        let start = end;
        let shape: Vec<u64> = if name == VALUES {
            data.resize(end.min(MOST), 0);
            data.extend(values);
            end = end.saturating_add(values.len());
            vec![values.len() as u64]
        } else {
            let shape: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
            let width = if dtype == "F64" { 8_usize } else { 4 };
            let size = shape.iter().fold(width, |size, &axis| size.saturating_mul(axis as usize));
            end = end.saturating_add(size);
            data.extend(numbers.by_ref().take(size.min(MOST.saturating_sub(data.len()))));
            shape
        };
        header.insert(name.into(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] }));
    }
    let header = Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// The parts of a file that the library has written.
pub(crate) fn parts(file: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = file.split_first_chunk()?;
    let (header, data) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    let header: Map<String, Value> = serde_json::from_slice(header).ok()?;
    let offsets = |tensor: &Value| {
        let offset = |index: usize| Some(tensor["data_offsets"][index].as_u64()? as usize);
        Some(offset(0)?..offset(1)?)
    };
    let description = header.get("__metadata__")?["chainrule"].as_str()?;
    let mut tensors: Vec<(&String, &Value)> =
        header.iter().filter(|(name, _)| *name != "__metadata__").collect();
    tensors.sort_by_key(|(_, tensor)| offsets(tensor).map(|offsets| offsets.start));
    let (mut lines, mut values, mut numbers) = (String::new(), Vec::new(), Vec::new());
    for (name, tensor) in tensors {
        let bytes = data.get(offsets(tensor)?)?;
        lines += &format!("{name} {}", tensor["dtype"].as_str()?);
        if name == VALUES {
            values = bytes.to_vec();
        } else {
            tensor["shape"].as_array()?.iter().for_each(|axis| lines += &format!(" {axis}"));
            numbers.extend(bytes);
        }
        lines.push('\n');
    }
    Some([description.as_bytes(), lines.trim_end().as_bytes(), &values, &numbers].join(&0))
}
