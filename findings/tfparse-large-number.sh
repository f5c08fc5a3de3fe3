#!/usr/bin/env bash
# tfparse returns 9223372036854775807 for every whole number above it.
#
# Expected: a number in Terraform has no such limit, and neither has Python's int. tfparse returns what the module
# says, or refuses it.
# What happens: a whole number outside 64 bits becomes the nearest one that fits, on both sides of zero, without a
# warning: three different numbers become one. So does the result of an expression.
# Why it matters: large identifiers and masks of different resources look the same, and a report shows a number that is
# nowhere in the module.
# Seen with tfparse 0.6.22.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tfparse==0.6.22
echo "version   tfparse $(venv/bin/pip show tfparse | sed -n 's/^Version: //p')"

mkdir module
cat > module/main.tf <<'EOF'
locals {
  fits     = 9223372036854775806
  above    = 9223372036854775809
  added    = 9223372036854775806 + 10
  far      = 123456789012345678901234567890
  negative = -123456789012345678901234567890
}
EOF
cat > probe.py <<'EOF'
from tfparse import load_from_path

found = load_from_path("module")["locals"][0]
for name in ("fits", "above", "added", "far", "negative"):
    print(f"{name}: {found[name]}")
EOF
seen=$(venv/bin/python probe.py)
want='fits: 9223372036854775806
above: 9223372036854775807
added: 9223372036854775807
far: 9223372036854775807
negative: -9223372036854775808'

echo 'expected  each number as the module has it'
echo 'seen      three numbers are the largest of 64 bits, the last the smallest'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
