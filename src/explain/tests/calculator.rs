//! Works out what an explanation writes down in numbers, as a learner would with a pocket calculator.

/// The value of a formula such as `1 / (1 + e^(-2.7))` or `½·((0.86 - 0.5)² + 0.43 (7 more)) / 2`.
pub(super) fn value(formula: &str) -> f64 {
    let mut rest = formula;
    let value = sum(&mut rest);
    assert!(rest.trim().is_empty(), "{formula}: can't read {rest:?}");
    value
}

fn sum(rest: &mut &str) -> f64 {
    let mut value = if take(rest, "-") { -product(rest) } else { product(rest) };
    loop {
        if take(rest, "+") {
            value += product(rest);
        } else if take(rest, "-") {
            value -= product(rest);
        } else {
            return value;
        }
    }
}

fn product(rest: &mut &str) -> f64 {
    let mut value = power(rest);
    loop {
        if take(rest, "·") {
            value *= power(rest);
        } else if take(rest, "/") {
            value /= power(rest);
        } else {
            return value;
        }
    }
}

fn power(rest: &mut &str) -> f64 {
    let mut value = atom(rest);
    if take(rest, "²") {
        value *= value;
    }
    if take(rest, "³") {
        value = value.powi(3);
    }
    // a remark: what a number stands for, or which piece of a maxout it is
    if let Some((remark, behind)) = rest.trim_start().strip_prefix('(').and_then(|text| text.split_once(')'))
        && ["more", "the others", "the other", "pieces"].iter().any(|end| remark.ends_with(end))
    {
        *rest = behind;
    }
    value
}

fn atom(rest: &mut &str) -> f64 {
    if take(rest, "½") {
        return 0.5;
    }
    if take(rest, "e^") {
        return atom(rest).exp();
    }
    if take(rest, "ln ") {
        return atom(rest).ln();
    }
    let functions: [(&str, fn(f64) -> f64); 5] = [
        ("ln(", f64::ln),
        ("tanh(", f64::tanh),
        ("σ(", |x| 1.0 / (1.0 + (-x).exp())),
        ("max(", |x| x),
        ("(", |x| x),
    ];
    for (name, function) in functions {
        if take(rest, name) {
            let mut value = sum(rest);
            while take(rest, ",") {
                value = value.max(sum(rest)); // max alone has several
            }
            if take(rest, "if ") {
                let condition = sum(rest);
                assert!(take(rest, "> 0, else "), "expected a condition before {rest:?}");
                let otherwise = sum(rest);
                value = if condition > 0.0 { value } else { otherwise };
            }
            assert!(take(rest, ")"), "a parenthesis is not closed before {rest:?}");
            return function(value);
        }
    }
    number(rest)
}

fn number(rest: &mut &str) -> f64 {
    let text = rest.trim_start();
    let mut end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    if let Some(exponent) = text[end..].strip_prefix('e').filter(|exponent| !exponent.starts_with('^')) {
        let sign = usize::from(exponent.starts_with('-'));
        let digits = exponent[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(exponent.len() - sign);
        end += 1 + sign + digits;
    }
    let value = text[..end].parse().unwrap_or_else(|_| panic!("expected a number at {text:?}"));
    *rest = &text[end..];
    value
}

fn take(rest: &mut &str, token: &str) -> bool {
    let Some(behind) = rest.trim_start().strip_prefix(token) else { return false };
    *rest = behind;
    true
}
