#!/usr/bin/env bash
# cdktf writes 0, false and the empty string as undefined, if they are the second operand.
#
# Expected: Op.eq(count, 0) is `count == 0`, as Op.eq(0, count) is `0 == count`. Fn.lookup has an optional default, and
# 0, false and "" are values of a default as any other.
# What happens: the second operand of each operator is `undefined` then, which is no value in HCL but an invalid
# reference. Fn.lookup drops the default, and the lookup of a key that is missing fails.
# Why it matters: comparisons to 0, false and "" are the usual ones. Terraform reports the operator, in a file that
# nobody wrote; what Fn.lookup lost shows only once a key is missing, which is what the default was for.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, Fn, Op, TerraformLocal, TerraformStack, TerraformVariable } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const given = new TerraformVariable(stack, "given", { type: "any" }).value;
const values = {
  one: Op.gt(given, 1),
  zero: Op.gt(given, 0),
  zero_first: Op.gt(0, given),
  empty: Op.neq(given, ""),
  both: Op.and(given, false),
  lookup_1: Fn.lookup(given, "a", 1),
  lookup_0: Fn.lookup(given, "a", 0),
  lookup_false: Fn.lookup(given, "a", false),
};
for (const [name, value] of Object.entries(values)) {
  new TerraformLocal(stack, name, value);
}
for (const [name, text] of Object.entries(stack.toTerraform().locals)) {
  console.log(`${name}: ${text}`);
}
EOF
seen=$(node probe.js)
want='one: ${(var.given > 1)}
zero: ${(var.given > undefined)}
zero_first: ${(0 > var.given)}
empty: ${(var.given != undefined)}
both: ${(var.given && undefined)}
lookup_1: ${lookup(var.given, "a", 1)}
lookup_0: ${var.given.a}
lookup_false: ${var.given.a}'

echo 'expected  0, false and the empty string, as operands and as defaults'
echo 'seen      undefined, and no default'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
