//! The bytes of ONNX files, read again.

use prost::Message;

use super::proto::{ModelProto, TensorProto, ValueInfoProto};
use crate::export::{Node, Onnx};
use crate::prelude::*;

fn read<F: Float>(model: &Sequential<F>) -> ModelProto {
    ModelProto::decode(&*model.to_onnx().unwrap()).unwrap()
}

/// The operations, as `y = Operation(inputs)`.
fn operations(model: &ModelProto) -> Vec<String> {
    let nodes = &model.graph.as_ref().unwrap().node;
    let line = |node: &super::proto::NodeProto| {
        format!(
            "{} = {}({})",
            node.output.join(", "),
            node.op_type.as_deref().unwrap(),
            node.input.join(", ")
        )
    };
    nodes.iter().map(line).collect()
}

fn tensor<'a>(model: &'a ModelProto, name: &str) -> &'a TensorProto {
    let tensors = &model.graph.as_ref().unwrap().initializer;
    tensors.iter().find(|tensor| tensor.name.as_deref() == Some(name)).unwrap()
}

/// Name, number type and shape of a value.
fn in_words(value: &ValueInfoProto) -> String {
    let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
    let axis = |axis: &super::Dimension| {
        axis.dim_param.clone().unwrap_or_else(|| axis.dim_value.unwrap().to_string())
    };
    let shape: Vec<String> = tensor.shape.as_ref().unwrap().dim.iter().map(axis).collect();
    format!("{}: {} [{}]", value.name.as_deref().unwrap(), tensor.elem_type.unwrap(), shape.join(", "))
}

fn inputs_and_outputs(model: &ModelProto) -> Vec<String> {
    let graph = model.graph.as_ref().unwrap();
    graph.input.iter().chain(&graph.output).map(in_words).collect()
}

#[test]
fn a_small_net_says_what_it_is() {
    let dense =
        Dense::from_weights(array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]], array![0.1, 0.2, 0.3]).unwrap();
    let layers = Sequential::new([2]).add(dense).add(Dropout::new(0.5)).add(Softmax);
    let mut net = layers.build(1).unwrap();
    let file = read(&net);
    assert_eq!((file.ir_version, file.opset_import[0].version), (Some(8), Some(17)));
    assert_eq!(file.producer_name.as_deref(), Some("chainrule"));
    assert_eq!(file.producer_version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(file.doc_string, Some(net.to_string()));
    assert!(file.metadata_props.is_empty());
    assert_eq!(
        operations(&file),
        ["0.dense.gemm = Gemm(input, 0.dense.weight, 0.dense.bias)", "output = Softmax(0.dense.gemm)"]
    );
    assert_eq!(inputs_and_outputs(&file), ["input: 1 [N, 2]", "output: 1 [N, 3]"]);
    let weight = tensor(&file, "0.dense.weight");
    assert_eq!((&*weight.dims, weight.data_type), (&[2, 3][..], Some(1)));
    let bytes: Vec<u8> =
        [1_f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    assert_eq!(weight.raw_data, Some(bytes));

    net.set_class_names(["a", "b", "\"c\""]).unwrap();
    net.set_feature_names(["x", "y"]).unwrap();
    let file = read(&net);
    assert_eq!(inputs_and_outputs(&file), ["input: 1 [N, 2]", "output: 1 [N, 3]", "label: 8 [N]"]);
    assert_eq!(operations(&file)[2..], ["argmax = ArgMax(output)", "label = Gather(class_names, argmax)"]);
    assert_eq!(tensor(&file, "class_names").string_data, [b"a".to_vec(), b"b".to_vec(), b"\"c\"".to_vec()]);
    let metadata = file.metadata_props.iter().map(|entry| (entry.key.as_deref(), entry.value.as_deref()));
    let expected =
        [(Some("class_names"), Some(r#"["a","b","\"c\""]"#)), (Some("feature_names"), Some(r#"["x","y"]"#))];
    assert_eq!(metadata.collect::<Vec<_>>(), expected);
}

#[test]
fn a_probability_has_its_label_from_one_half_on() {
    let mut gate =
        Sequential::<f64>::new([2]).add(Dense::new(1).without_bias()).add(Sigmoid).build(1).unwrap();
    gate.set_class_names(["no", "yes"]).unwrap();
    let file = read(&gate);
    assert_eq!(
        operations(&file),
        [
            "0.dense.matmul = MatMul(input, 0.dense.weight)",
            "output = Sigmoid(0.dense.matmul)",
            "greaterorequal = GreaterOrEqual(output, half)",
            "cast = Cast(greaterorequal)",
            "reshape = Reshape(cast, batch)",
            "label = Gather(class_names, reshape)"
        ]
    );
    assert_eq!(inputs_and_outputs(&file), ["input: 11 [N, 2]", "output: 11 [N, 1]", "label: 8 [N]"]);
}

/// One label would be wrong where every output answers a question of its own.
#[test]
fn several_probabilities_have_no_label() {
    let mut tags = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Sigmoid).build(1).unwrap();
    tags.set_class_names(["red", "round", "large"]).unwrap();
    let file = read(&tags);
    assert_eq!(inputs_and_outputs(&file), ["input: 1 [N, 2]", "output: 1 [N, 3]"]);
    assert_eq!(file.metadata_props.len(), 1);
}

#[test]
fn a_model_that_does_nothing_still_has_an_output() {
    let model = Sequential::<f32>::new([2, 3]).add(Dropout::new(0.1)).add(Identity).build(1).unwrap();
    let file = read(&model);
    assert_eq!(operations(&file), ["output = Identity(input)"]);
    assert_eq!(inputs_and_outputs(&file), ["input: 1 [N, 2, 3]", "output: 1 [N, 2, 3]"]);
}

/// The value that is added may be the one that is called `output` in the end.
#[test]
fn a_residual_adds_what_went_into_its_block() {
    let block = |block: crate::SequentialBuilder<f32>| block.add(Tanh);
    let model = Sequential::new([2]).add(ReLU).residual(block).residual(|block| block.add(Dropout::new(0.1)));
    assert_eq!(
        operations(&read(&model.build(1).unwrap())),
        [
            "0.relu.relu = Relu(input)",
            "1.tanh.tanh = Tanh(0.relu.relu)",
            "2.residual.add = Add(1.tanh.tanh, 0.relu.relu)",
            "output = Add(2.residual.add, 2.residual.add)"
        ]
    );
}

#[test]
fn every_layer_of_the_library_has_a_rule() {
    let known = crate::files::Layers::<f32>::new();
    for name in known.names() {
        assert!(super::layers::rule::<f32>(name).is_some(), "{name} in ONNX");
        assert!(crate::export::pytorch::has_rule(name), "{name} in PyTorch");
        assert!(crate::export::rules::library_type::<f32>(name).is_some(), "the type of {name}");
    }
}

/// y = x², which the library has not.
#[derive(Clone, Debug)]
struct Square;

impl<F: Float> Layer<F> for Square {
    fn name(&self) -> &str {
        "square"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x * x);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
    }
}

#[test]
fn a_layer_of_ones_own_takes_part_by_a_rule() {
    let model = Sequential::<f32>::new([2]).add(Square).add(ReLU).build(1).unwrap();
    assert_eq!(
        model.to_onnx().unwrap_err().to_string(),
        "layer 0 (square): has no form in ONNX: it is no layer of the library\n  help: give a rule for it: \
         Onnx::new().layer(\"square\", …).write(&model)"
    );
    let rule = |graph: &mut super::Graph, x: &str| graph.add(Node::new("Mul", [x, x]));
    let bytes = Onnx::new().layer("square", move |_, graph, x| Ok(rule(graph, x))).write(&model).unwrap();
    let file = ModelProto::decode(&*bytes).unwrap();
    assert_eq!(operations(&file), ["0.square.mul = Mul(input, input)", "output = Relu(0.square.mul)"]);
}

#[test]
fn a_rule_returns_a_value_of_the_graph() {
    let model = Sequential::<f32>::new([2]).add(Square).build(1).unwrap();
    assert_eq!(
        Onnx::new().layer("square", |_, _, _| Ok("y".to_owned())).write(&model).unwrap_err().to_string(),
        "layer 0 (square): what its rule returned: expected the name of a value in the graph, but got \"y\"\n  help: \
         return the name that Graph::add has given, or the input for a layer that changes nothing"
    );
}

#[test]
fn a_graph_takes_only_numbers_that_fit() {
    let add = |shape: Vec<usize>, numbers: Vec<f64>| {
        let model = Sequential::<f32>::new([2]).add(Square).build(1).unwrap();
        let rule = move |graph: &mut super::Graph| graph.numbers("c", &shape, numbers.iter().copied());
        Onnx::new().layer("square", move |_, graph, _| rule(graph)).write(&model).map(|_| ())
    };
    assert!(add(vec![1, 2], vec![1.0, f64::INFINITY]).is_ok());
    assert_eq!(
        add(vec![1], vec![1e300]).unwrap_err().to_string(),
        "layer 0 (square): c: expected numbers that f32 can hold, but got 1e300\n  help: write the model in f64, or look \
         for what made it grow"
    );
    assert_eq!(
        add(vec![3], vec![1.0]).unwrap_err().to_string(),
        "layer 0 (square): c has 1 numbers, but is to have the shape [3]\n  help: give a shape whose product is the \
         number of entries"
    );
}

#[test]
fn numbers_of_f64_can_be_written_as_f32() {
    let model = Sequential::<f64>::new([2]).add(Dense::new(2)).add(ELU::default()).build(1).unwrap();
    let single = ModelProto::decode(&*Onnx::new().in_f32().write(&model).unwrap()).unwrap();
    assert_eq!(inputs_and_outputs(&single), ["input: 1 [N, 2]", "output: 1 [N, 2]"]);
    assert_eq!(operations(&single)[1], "output = Elu(0.dense.gemm)");
    let double = read(&model);
    assert_eq!(tensor(&double, "0.dense.weight").raw_data.as_ref().map(Vec::len), Some(4 * 8));
    assert_eq!(tensor(&single, "0.dense.weight").raw_data.as_ref().map(Vec::len), Some(4 * 4));
}

#[test]
fn a_file_of_more_than_2_gib_is_refused() {
    assert!(super::check_size((1 << 31) - 1).is_ok());
    assert_eq!(
        super::check_size(1 << 31).unwrap_err().to_string(),
        "the model takes 2147483648 bytes, and an ONNX file holds at most 2147483647\n  help: take fewer units, or write a \
         model in f64 as f32: Onnx::new().in_f32()"
    );
}

#[test]
fn a_file_is_written_whole_and_a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let model = Sequential::<f32>::new([2]).add(Tanh).build(1).unwrap();
    let path = folder.path().join("net.onnx");
    model.export_onnx(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), model.to_onnx().unwrap());
    assert!(model.export_onnx(folder.path()).unwrap_err().to_string().contains("this is a folder"));
}
