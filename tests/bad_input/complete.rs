//! No public function is forgotten: each is in the table, or in a list that says why nothing can be wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{FnArg, ImplItem, Item, ItemImpl, Signature, TraitItem, Type, Visibility};

use super::{harmless, table};

/// A public function of the library, as `Type::method` or by its name alone.
struct Public {
    name: String,
    /// without an argument of its own nothing can be wrong with it, but what it is called on may be
    takes: bool,
    /// its docs have a section "Panics", as those of a slice's index
    panics: bool,
}

/// Every `pub fn` of a source, and the functions of public traits. rustc's `unreachable_pub` sees to it that what is `pub` can
/// be reached.
fn public_in(items: &[Item], found: &mut Vec<Public>) {
    let takes = |signature: &Signature| signature.inputs.iter().any(|arg| matches!(arg, FnArg::Typed(_)));
    let panics = |attrs: &[syn::Attribute]| {
        attrs.iter().any(|attr| quote_of(attr).is_some_and(|text| text.trim() == "# Panics"))
    };
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    for item in items {
        match item {
            Item::Fn(item) if is_public(&item.vis) => {
                let (name, takes) = (item.sig.ident.to_string(), takes(&item.sig));
                found.push(Public { name, takes, panics: panics(&item.attrs) });
            }
            Item::Impl(ItemImpl { trait_: None, self_ty, items, .. }) => {
                for item in items {
                    if let ImplItem::Fn(item) = item
                        && is_public(&item.vis)
                    {
                        let name = format!("{}::{}", type_of(self_ty), item.sig.ident);
                        found.push(Public { name, takes: takes(&item.sig), panics: panics(&item.attrs) });
                    }
                }
            }
            Item::Trait(item) if is_public(&item.vis) => {
                for function in &item.items {
                    if let TraitItem::Fn(function) = function {
                        let (name, takes) =
                            (format!("{}::{}", item.ident, function.sig.ident), takes(&function.sig));
                        found.push(Public { name, takes, panics: panics(&function.attrs) });
                    }
                }
            }
            Item::Mod(item) if !item.attrs.iter().any(|attr| attr.path().is_ident("cfg")) => {
                public_in(item.content.as_ref().map_or(&[][..], |(_, items)| items), found);
            }
            _ => {}
        }
    }
}

/// The text of a line of docs.
fn quote_of(attr: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attr.meta else { return None };
    match &meta.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if meta.path.is_ident("doc") => {
            Some(text.value())
        }
        _ => None,
    }
}

fn type_of(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map_or(String::new(), |last| last.ident.to_string()),
        _ => String::new(),
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// All of them.
fn public() -> Vec<Public> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    sources(&root, &mut files);
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let source = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        public_in(&source.items, &mut found);
    }
    assert!(found.len() > 300, "there are far more public functions than {}", found.len());
    found
}

#[test]
fn every_public_function_has_its_rows_or_its_reason() {
    let public = public();
    let names: BTreeSet<&str> = public.iter().map(|function| &*function.name).collect();
    let cases = super::all_cases();
    let tried: BTreeSet<&str> = cases.iter().map(|case: &table::Case| case.function).collect();
    let harmless: BTreeSet<&str> = harmless::HARMLESS.iter().flat_map(|(_, names)| *names).copied().collect();
    let unknown: Vec<&&str> = tried.union(&harmless).filter(|name| !names.contains(*name)).collect();
    assert!(unknown.is_empty(), "these are no public functions (any more): {unknown:?}");
    let twice: Vec<&&str> = tried.intersection(&harmless).collect();
    assert!(twice.is_empty(), "nothing can be wrong, and yet there is an error: {twice:?}");
    let known = |function: &&Public| {
        !function.takes
            || function.panics
            || tried.contains(&*function.name)
            || harmless.contains(&*function.name)
    };
    let missing: Vec<&str> = public.iter().filter(|f| !known(f)).map(|f| &*f.name).collect();
    assert!(
        missing.is_empty(),
        "{} functions without a row in tests/bad_input and without a reason in harmless.rs:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
