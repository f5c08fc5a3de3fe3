#!/usr/bin/env bash
# cdktf drops each null from a list that it passes to a function.
#
# Expected: Fn.jsonencode([1, null]) is [1,null]. null is a value of Terraform, JSON and JavaScript, a list may contain
# it, and cdktf writes it where it is the value of a map, or a list outside of a function.
# What happens: in a list, nothing is written for it. Last, it leaves a trailing comma, which HCL allows: the list is
# shorter. Alone, it leaves an empty list. At any other place, and as a function's only argument, the expression is
# invalid.
# Why it matters: a list that is one element too short goes unnoticed, in a policy or a request body as well as in
# Fn.lengthOf or Fn.setproduct; the invalid one is reported by Terraform, in a file that nobody wrote.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, Fn, TerraformLocal, TerraformStack } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const values = {
  outside: [1, null],
  map: Fn.jsonencode({ a: null }),
  last: Fn.jsonencode([1, null]),
  only: Fn.jsonencode({ a: [null] }),
  length: Fn.lengthOf(["a", null]),
  between: Fn.jsonencode([1, null, 2]),
  alone: Fn.jsonencode(null),
};
for (const [name, value] of Object.entries(values)) {
  new TerraformLocal(stack, name, value);
}
for (const [name, value] of Object.entries(stack.toTerraform().locals)) {
  console.log(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
}
EOF
seen=$(node probe.js)
want='outside: [1,null]
map: ${jsonencode({"a" = null})}
last: ${jsonencode([1, ])}
only: ${jsonencode({"a" = []})}
length: ${length(["a", ])}
between: ${jsonencode([1, , 2])}
alone: ${jsonencode()}'

echo 'expected  null in each list'
echo 'seen      shorter lists, and invalid expressions'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
