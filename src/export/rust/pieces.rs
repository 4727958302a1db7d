//! The functions of a text of Rust, one by one, and which of them call which.

/// A function or a type, with its comment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) text: String,
}

/// The pieces of a text. Each begins with its comment `///`; what stands above the first is left out.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut blocks: Vec<String> = Vec::new();
    let mut in_comment = false;
    // a text in a program of somebody's is indented as that program is
    let indent = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indent = indent.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    for line in text.lines() {
        let own = line.len() - line.trim_start().len();
        let line = line.get(indent.min(own)..).unwrap_or_default();
        let begins = line.starts_with("///") && !in_comment;
        in_comment = line.starts_with("///");
        match blocks.last_mut() {
            _ if begins => blocks.push(format!("{line}\n")),
            Some(block) => *block += &format!("{line}\n"),
            None => {}
        }
    }
    let named = |block: String| {
        let text = block.replace("pub(super) ", "").trim_end().to_owned() + "\n";
        Some(Piece { name: name(&text)?, text })
    };
    blocks.into_iter().filter_map(named).collect()
}

/// The name of the first function or type that begins a line.
fn name(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("fn ").or_else(|| line.strip_prefix("struct "))?;
        let end = rest.find(|letter: char| !is_of_name(letter))?;
        Some(rest[..end].to_owned()).filter(|name| !name.is_empty())
    })
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

impl Piece {
    /// The piece for numbers of that type.
    pub(super) fn in_type(self, number_type: &str) -> Piece {
        Piece { text: self.text.replace("f32", number_type), ..self }
    }

    /// Whether this piece calls the function of that name, or names that type.
    pub(super) fn uses(&self, name: &str) -> bool {
        let is_type = name.starts_with(char::is_uppercase);
        let code = self.text.lines().map(|line| line.split("//").next().unwrap_or_default());
        name != self.name
            && code.into_iter().any(|line| {
                line.match_indices(name).any(|(at, _)| {
                    let (before, behind) = (line[..at].chars().next_back(), &line[at + name.len()..]);
                    let whole = !before.is_some_and(|letter| is_of_name(letter) || letter == '.');
                    let is_called = behind.starts_with('(');
                    whole && (is_called || is_type && !behind.starts_with(is_of_name))
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! Above.\n\nuse core::x;\n\n/// One: exp(x).\n/// Two.\npub(super) fn one(x: f32) -> f32 {\n    let \
                        exp = x; // ln(2)\n    x.exp() + two(x)\n}\n\n/// T.\nstruct Two {\n    /// An entry.\n    x: \
                        f32,\n}\n\nimpl Two {}\n";

    #[test]
    fn a_text_in_pieces() {
        let found = pieces(TEXT);
        assert_eq!(found.iter().map(|piece| &*piece.name).collect::<Vec<_>>(), ["one", "Two"]);
        assert!(found[0].text.starts_with("/// One: exp(x).\n/// Two.\nfn one(x: f32) -> f32 {\n"));
        assert!(found[0].text.ends_with("+ two(x)\n}\n") && found[1].text.ends_with("impl Two {}\n"));
        assert!(found[0].clone().in_type("f64").text.contains("fn one(x: f64) -> f64"));
        assert!(pieces("fn without_comment() {}").is_empty());
    }

    /// A text in somebody's program begins behind a quotation mark and goes on with an indent.
    #[test]
    fn indented() {
        let [piece] = &pieces("/// C.\n        fn f() {\n            g();\n        }")[..] else { panic!() };
        assert_eq!(piece.text, "/// C.\nfn f() {\n    g();\n}\n");
    }

    #[test]
    fn what_a_piece_uses() {
        let [one, two] = &pieces(TEXT)[..] else { panic!() };
        assert!(one.uses("two") && !one.uses("one"));
        assert!(!one.uses("exp") && !one.uses("ln") && !one.uses("wo"));
        let user = Piece { name: "f".into(), text: "fn f(two: Two) {\n    softmax(Twos)\n}".into() };
        assert!(user.uses("Two") && !user.uses("max") && !user.uses("two") && !two.uses("one"));
    }
}
