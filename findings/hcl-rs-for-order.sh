#!/usr/bin/env bash
# hcl-rs evaluates a for expression over an object in the order in which the object is written.
#
# Expected: HCL's spec visits the elements of an object in the lexicographic order of the attribute names, whatever
# order they are written in, and hcl-rs documents that it evaluates HCL's expressions and templates. So
# [for k, v in {b = 1, a = 2} : k] is ["a", "b"], as in Terraform.
# What happens: it is ["b", "a"]. A template with a for directive has the same order.
# Why it matters: the result is a list, and in a list the position counts: what is at index 0 differs from Terraform,
# and changes when somebody sorts the lines of the object, which has no order.
# Seen with hcl-rs 0.20.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir src
cat > Cargo.toml <<'EOF'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"

[dependencies]
hcl-rs = "=0.20.0"
EOF
cat > src/main.rs <<'EOF'
use hcl::eval::Context;

fn main() {
    for object in ["{a = 2, b = 1}", "{b = 1, a = 2}"] {
        let text = format!(
            "keys = [for k, v in {object} : k]\nfirst = [for k, v in {object} : v][0]\n\
             text = \"%{{ for k, v in {object} }}${{k}}=${{v}} %{{ endfor }}\"\n"
        );
        let value: hcl::Value = hcl::eval::from_str(&text, &Context::new()).unwrap();
        let value = value.as_object().unwrap();
        let keys: Vec<_> = value["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        println!("{object}: keys {keys:?}, first {}, text {:?}", value["first"], value["text"].as_str().unwrap());
    }
}
EOF
CARGO_TARGET_DIR=$work/target cargo build --quiet
echo "version   $(cargo tree --quiet --depth 1 --prefix none | grep '^hcl-rs')"
seen=$(target/debug/probe)
want='{a = 2, b = 1}: keys ["a", "b"], first 2, text "a=2 b=1 "
{b = 1, a = 2}: keys ["b", "a"], first 1, text "b=1 a=2 "'

echo 'expected  the same for both, a before b'
echo 'seen      the order of the text'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
