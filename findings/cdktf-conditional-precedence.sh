#!/usr/bin/env bash
# cdktf writes a conditional inside of an operation without parentheses.
#
# Expected: conditional(c, 1, 2) is a value, and Op.add() of it and 3 adds 3 to whichever it is: 4 or 5. The operators
# nest: Op.mul(Op.add(1, 2), 3) is written with the parentheses that it needs.
# What happens: a conditional gets none, and it binds more loosely than anything in HCL. `c ? 1 : 2 + 3` adds the 3 to
# the second value only, and is 1 where c is true. Op.or(conditional(c, false, true), true) is false where c is true.
# What propertyAccess takes from a conditional, it takes from the second value. A condition that is itself a conditional
# ends up inside of the other's second value.
# Why it matters: as long as the types agree, Terraform has nothing to complain about: ports, counts and switches have
# other values than the program says. A local value in between (TerraformLocal) helps.
# Seen with cdktf 0.21.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cdktf@0.21.0 constructs@10.8.1
echo "version   $(npm ls --parseable --long cdktf | sed 's/.*://')"

cat > probe.js <<'EOF'
const { App, Op, TerraformLocal, TerraformStack, TerraformVariable, conditional, propertyAccess } = require("cdktf");

const stack = new TerraformStack(new App(), "probe");
const c = new TerraformVariable(stack, "c", { type: "bool" }).value;
const map = new TerraformVariable(stack, "map", { type: "map(number)" }).value;
const values = {
  nested: Op.mul(Op.add(1, 2), 3),
  added: Op.add(conditional(c, 1, 2), 3),
  subtracted: Op.sub(conditional(c, 1, 2), 1),
  either: Op.or(conditional(c, false, true), true),
  property: propertyAccess(conditional(c, map, { a: 1 }), ["a"]),
  condition: conditional(conditional(c, true, false), 1, 2),
};
for (const [name, value] of Object.entries(values)) {
  new TerraformLocal(stack, name, value);
}
for (const [name, text] of Object.entries(stack.toTerraform().locals)) {
  console.log(`${name}: ${text}`);
}
EOF
seen=$(node probe.js)
want='nested: ${((1 + 2) * 3)}
added: ${(var.c ? 1 : 2 + 3)}
subtracted: ${(var.c ? 1 : 2 - 1)}
either: ${(var.c ? false : true || true)}
property: ${var.c ? var.map : {"a" = 1}.a}
condition: ${var.c ? true : false ? 1 : 2}'

echo 'expected  each conditional has parentheses where it is part of something'
echo 'seen      none has'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
