#!/usr/bin/env bash
# cdktf turns a number inside of a string into text where the string is an argument of a function.
#
# Expected: `port ${port.numberValue}` refers to the variable, in a function as anywhere else, as stringValue does.
# What happens: outside of a function it is `port ${var.port}`. In a function, an operation or a conditional the braces
# are missing: upper("port var.port") is PORT VAR.PORT, and the comparison of "var.port" to "80" is false, whatever the
# port. Behind a minus sign, `web-${port.numberValue}`, it is not even the name, but the number that cdktf uses inside
# as a placeholder, such as -8.1e+298.
# Why it matters: addresses and names are made from numbers, and jsonencode is where they end up, as the body of a
# request or a policy. Terraform has nothing to complain about. Use stringValue, or Fn.format.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, Fn, Op, TerraformLocal, TerraformStack, TerraformVariable, conditional } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const port = new TerraformVariable(stack, "port", { type: "number" });
const values = {
  outside: `port ${port.numberValue}`,
  string: Fn.upper(`port ${port.stringValue}`),
  number: Fn.upper(`port ${port.numberValue}`),
  address: Fn.jsonencode({ address: `http://localhost:${port.numberValue}/`, port: port.numberValue }),
  equal: Op.eq(`${port.numberValue}`, "80"),
  either: conditional(true, `port ${port.numberValue}`, ""),
  dash: Fn.upper(`web-${port.numberValue}`),
};
for (const [name, value] of Object.entries(values)) {
  new TerraformLocal(stack, name, value);
}
for (const [name, text] of Object.entries(stack.toTerraform().locals)) {
  console.log(`${name}: ${text.replace(/\d\.\d+e\+\d+/, "(placeholder)")}`);
}
EOF
seen=$(node probe.js)
want='outside: port ${var.port}
string: ${upper("port ${var.port}")}
number: ${upper("port var.port")}
address: ${jsonencode({"address" = "http://localhost:var.port/", "port" = var.port})}
equal: ${("var.port" == "80")}
either: ${true ? "port var.port" : ""}
dash: ${upper("web--(placeholder)")}'

echo 'expected  each refers to the variable'
echo 'seen      text in place of the number, wherever it is part of an expression'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
