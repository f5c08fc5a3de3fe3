#!/usr/bin/env bash
# hcl-rs turns a reference into a literal string when it writes back what it read.
#
# Expected: from_str and to_string are inverse, as in other serde formats: "${var.name}" read into a Value and written
# is "${var.name}" again, and differs from the escaped string "$${var.name}".
# What happens: both become the string ${var.name}. to_string cannot tell which it was and escapes it: the reference is
# written as the string "$${var.name}". A heredoc keeps its escapes as they are, so its value depends on the notation.
# The crate's Body, read from the same text, writes each as it was.
# Why it matters: a tool that edits a variables file or a module through serde turns every reference in it into a
# literal, and Terraform applies ${var.name} literally, without an error. To write what you read, use Body or hcl-edit.
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
fn main() {
    let reference = r#"name = "${var.name}""#;
    let escaped = r#"name = "$${var.name}""#;
    let heredoc = "name = <<EOT\n$${var.name}\nEOT\n";
    for text in [reference, escaped, heredoc] {
        let value: hcl::Value = hcl::from_str(text).unwrap();
        let body: hcl::Body = hcl::from_str(text).unwrap();
        println!("read            {text:?}");
        println!("value           {:?}", value.as_object().unwrap()["name"].as_str().unwrap());
        println!("value, written  {:?}", hcl::to_string(&value).unwrap());
        println!("Body, written   {:?}", hcl::to_string(&body).unwrap());
    }
}
EOF
CARGO_TARGET_DIR=$work/target cargo build --quiet
echo "version   $(cargo tree --quiet --depth 1 --prefix none | grep '^hcl-rs')"
seen=$(target/debug/probe)
want='read            "name = \"${var.name}\""
value           "${var.name}"
value, written  "name = \"$${var.name}\"\n"
Body, written   "name = \"${var.name}\"\n"
read            "name = \"$${var.name}\""
value           "${var.name}"
value, written  "name = \"$${var.name}\"\n"
Body, written   "name = \"$${var.name}\"\n"
read            "name = <<EOT\n$${var.name}\nEOT\n"
value           "$${var.name}\n"
value, written  "name = \"$$${var.name}\\n\"\n"
Body, written   "name = <<EOT\n$${var.name}\nEOT\n"'

echo 'expected  the reference is written as a reference, and an escape has one value'
echo 'seen      the reference is written as a string, and an escape has two values'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
