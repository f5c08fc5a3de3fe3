#!/usr/bin/env bash
# hcl2cdk converts a map to a list, null to a string, and adds a newline to a string that contains one.
#
# Expected: convert() turns Terraform's language into a program for cdktf that means the same. A map becomes an object,
# null stays null, "a\nb" is "a\nb".
# What happens: the value of an output that is a map becomes a list with that map as its element. null becomes the list
# [null], and the string "null" where it is passed to a function. A string that contains a newline ends in one more, as
# does a heredoc. "a-b" in quotes as a key becomes a key that has the quotes in it.
# Why it matters: the program compiles and runs. Whoever migrates a module finds the difference in the plan, if at all:
# a module's output has no plan of its own, and a policy with "null" in it is valid JSON.
# Seen with @cdktf/hcl2cdk 0.21.0, which cannot be loaded without jsii-pacmak.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset "${!TF_@}"
export CHECKPOINT_DISABLE=1

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit @cdktf/hcl2cdk@0.21.0 jsii-pacmak@1.112.0
echo "version   $(npm ls --parseable --long @cdktf/hcl2cdk | sed 's/.*://')"

cat > probe.js <<'EOF'
const { convert } = require("@cdktf/hcl2cdk");

async function main() {
  const heredoc = "<<EOT\na\nb\nEOT";
  const values = ["{ a = 1 }", "null", "[null]", "jsonencode(null)", '"a b"', '"a\\nb"', heredoc, 'var.given["a-b"].c'];
  for (const value of values) {
    const text = `variable "given" {}\noutput "probe" {\n  value = ${value}\n}\n`;
    const { code } = await convert(text, { language: "typescript", providerSchema: {} });
    const converted = code.replace(/\s+/g, " ").match(/value: (.*?),? \}\);/)[1];
    console.log(`${JSON.stringify(value)}: ${converted}`);
  }
}

main();
EOF
seen=$(node probe.js)
want='"{ a = 1 }": [ { a: 1, }, ]
"null": [null]
"[null]": [null]
"jsonencode(null)": Fn.jsonencode("null")
"\"a b\"": "a b"
"\"a\\nb\"": "a\nb\n"
"<<EOT\na\nb\nEOT": "a\nb\n\n"
"var.given[\"a-b\"].c": Fn.lookupNested(given.value, ['\''"a-b"'\'', "c"])'

echo 'expected  each has the meaning that it had'
echo 'seen      maps and null in lists, null as a string, newlines and quotes added'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
