#!/usr/bin/env bash
# cdktf renames the keys of a variable's default, and loses those that become equal.
#
# Expected: the default of a TerraformVariable is a value, and the keys of a map are part of it. The value of an output
# or a local keeps its keys.
# What happens: in a default each key is rewritten in lower case with underscores, as if it were an argument's name:
# "Content-Type" becomes content_type, fooBar becomes foo_bar. Of keys that become equal, the last one remains. The keys
# of maps inside of a map or a list are rewritten too.
# Why it matters: tags, headers and labels arrive under other names or not at all; an object whose attribute is fooBar
# is refused, as its default lacks it. Nothing is reported at synthesis.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, TerraformOutput, TerraformStack, TerraformVariable } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const values = {
  headers: { Accept: "a", "Content-Type": "b" },
  equal: { "foo-bar": 1, fooBar: 2, foo_bar: 3 },
  nested: [{ costCenter: { ID: 1 } }],
};
for (const [name, value] of Object.entries(values)) {
  new TerraformOutput(stack, `out_${name}`, { value });
  new TerraformVariable(stack, `in_${name}`, { default: value });
}
const { output, variable } = stack.toTerraform();
for (const name of Object.keys(values)) {
  console.log(`output ${name}: ${JSON.stringify(output[`out_${name}`].value)}`);
  console.log(`variable ${name}: ${JSON.stringify(variable[`in_${name}`].default)}`);
}
EOF
seen=$(node probe.js)
want='output headers: {"Accept":"a","Content-Type":"b"}
variable headers: {"accept":"a","content_type":"b"}
output equal: {"foo-bar":1,"fooBar":2,"foo_bar":3}
variable equal: {"foo_bar":3}
output nested: [{"costCenter":{"ID":1}}]
variable nested: [{"cost_center":{"id":1}}]'

echo 'expected  the variables have the same keys as the outputs'
echo 'seen      other keys, and one of three that became equal'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
