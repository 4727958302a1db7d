//! The model of a program.

use super::{Program, literal};
use crate::contract::{Activation, Initializer, OutputActivation, Settings};
use crate::data::Set;
use crate::net;

/// The lines that build the model.
pub(super) fn write(program: &mut Program, settings: &Settings, set: &Set) {
    let (inputs, outputs) = (set.train.x.ncols(), set.train.t.ncols());
    program.line("");
    program.line(&format!("let mut model = Sequential::new([{inputs}])"));
    for layer in &settings.layers {
        let mut line = dense(layer.units, layer.initializer, layer.bias);
        if layer.batch_norm {
            line += ".add(BatchNorm::new())";
        }
        line += match layer.activation {
            Activation::Linear => "",
            Activation::Sigmoid => ".add(Sigmoid)",
            Activation::Tanh => ".add(Tanh)",
            Activation::Relu => ".add(ReLU)",
            Activation::LeakyRelu => ".add(LeakyReLU::default())",
            Activation::Elu => ".add(ELU::default())",
            Activation::Gelu => ".add(GELU::new())",
            Activation::Silu => ".add(SiLU)",
            Activation::Softplus => ".add(Softplus)",
            Activation::Step => ".add(Step)",
        };
        if layer.dropout > 0.0 {
            line += &format!(".add(Dropout::new({:?}))", layer.dropout);
        }
        program.line(&format!("    {line}"));
    }
    let activation = match net::output_activation(settings, set.task) {
        OutputActivation::Auto | OutputActivation::Linear => "",
        OutputActivation::Sigmoid => ".add(Sigmoid)",
        OutputActivation::Softmax => ".add(Softmax)",
        OutputActivation::Tanh => ".add(Tanh)",
        OutputActivation::Relu => ".add(ReLU)",
    };
    program.line(&format!(
        "    {}{activation}",
        dense(outputs, settings.output.initializer, settings.output.bias)
    ));
    program.line(&format!("    .build({})?;", settings.seed));
    for start in &settings.start {
        let values = literal::matrix(start.values.iter().cloned());
        program.line(&format!("model.set_param({:?}, &{values})?;", start.param));
    }
}

fn dense(units: usize, initializer: Initializer, bias: bool) -> String {
    let init = match initializer {
        Initializer::Auto => "",
        Initializer::XavierUniform => ".init(Init::GlorotUniform)",
        Initializer::XavierNormal => ".init(Init::GlorotNormal)",
        Initializer::HeUniform => ".init(Init::HeUniform)",
        Initializer::HeNormal => ".init(Init::HeNormal)",
        Initializer::NormalLarge => ".init(Init::Normal(0.0, 5.0))",
        Initializer::Zeros => ".init(Init::Zeros)",
    };
    let bias = if bias { "" } else { ".without_bias()" };
    format!(".add(Dense::new({units}){init}{bias})")
}
