#!/usr/bin/env bash
# cdktf writes a dollar sign before a reference as an escape, so the reference becomes text.
#
# Expected: a variable's value in a JavaScript string is its value in the string that Terraform makes. With the variable
# price 5, "%" + price.stringValue is %5, and "$" + price.stringValue is $5.
# What happens: the latter is written as `$${var.price}`, and two dollar signs are how HCL escapes a template. The
# string is the name of the variable, ${var.price}, in braces. It is the same in an argument of a function, and behind a
# second dollar sign.
# Why it matters: amounts, scripts and templates of other systems have a dollar sign before a value. Nothing complains,
# neither at synthesis nor in Terraform, and the literal text is what gets deployed. Fn.join of the two parts is right.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, Fn, TerraformLocal, TerraformStack, TerraformVariable } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const price = new TerraformVariable(stack, "price", { type: "string" }).stringValue;
const values = {
  percent: "%" + price,
  dollar: "$" + price,
  amount: `costs $${price} a month`,
  argument: Fn.upper("$" + price),
  joined: Fn.join("", ["$", price]),
};
for (const [name, value] of Object.entries(values)) {
  new TerraformLocal(stack, name, value);
}
for (const [name, text] of Object.entries(stack.toTerraform().locals)) {
  console.log(`${name}: ${text}`);
}
EOF
seen=$(node probe.js)
want='percent: %${var.price}
dollar: $${var.price}
amount: costs $${var.price} a month
argument: ${upper("$${var.price}")}
joined: ${join("", ["$", var.price])}'

echo 'expected  the value of the variable behind a dollar sign'
echo 'seen      $${var.price}, which is text'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
