#!/usr/bin/env bash
# rmp-serde moves a value to another field when a field before it is skipped.
#
# Expected: to_vec and from_slice are each other's inverse. A field with skip_serializing_if and default is left out
# where it is None, and None again when read, as in JSON.
# What happens: to_vec writes a struct as an array without names, and a field that is skipped as nothing at all. The
# next value takes its place: {first: None, second: "x"} is read as {first: "x", second: None}. No error is raised as
# long as the types agree. rmpv's to_value does the same; to_vec_named keeps the names and is right.
# Why it matters: skip_serializing_if is the usual attribute of an optional field, and a type that is written as JSON
# elsewhere has it. MessagePack is the format of Terraform's plugins: a secret that moves into the name is shown.
# Seen with rmp-serde 1.3.1, serde 1.0.228.
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
rmp-serde = "=1.3.1"
serde = { version = "=1.0.228", features = ["derive"] }
serde_json = "=1.0.145"
EOF
cat > src/main.rs <<'EOF'
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
struct Webhook {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn main() {
    let text = |value: &str| Some(value.to_string());
    for webhook in [
        Webhook { name: text("ci"), secret: text("x") },
        Webhook { name: text("ci"), secret: None },
        Webhook { name: None, secret: text("x") },
    ] {
        let json: Webhook = serde_json::from_slice(&serde_json::to_vec(&webhook).unwrap()).unwrap();
        let named: Webhook = rmp_serde::from_slice(&rmp_serde::to_vec_named(&webhook).unwrap()).unwrap();
        let plain: Webhook = rmp_serde::from_slice(&rmp_serde::to_vec(&webhook).unwrap()).unwrap();
        println!("written       {webhook:?}");
        println!("JSON          {json:?}");
        println!("to_vec_named  {named:?}");
        println!("to_vec        {plain:?}");
    }
}
EOF
CARGO_TARGET_DIR=$work/target cargo build --quiet
echo "version   $(cargo tree --quiet --depth 1 --prefix none | grep '^rmp-serde')"
seen=$(target/debug/probe)
want='written       Webhook { name: Some("ci"), secret: Some("x") }
JSON          Webhook { name: Some("ci"), secret: Some("x") }
to_vec_named  Webhook { name: Some("ci"), secret: Some("x") }
to_vec        Webhook { name: Some("ci"), secret: Some("x") }
written       Webhook { name: Some("ci"), secret: None }
JSON          Webhook { name: Some("ci"), secret: None }
to_vec_named  Webhook { name: Some("ci"), secret: None }
to_vec        Webhook { name: Some("ci"), secret: None }
written       Webhook { name: None, secret: Some("x") }
JSON          Webhook { name: None, secret: Some("x") }
to_vec_named  Webhook { name: None, secret: Some("x") }
to_vec        Webhook { name: Some("x"), secret: None }'

echo 'expected  each is read as it was written'
echo 'seen      the last one, with to_vec, has the secret as its name'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
