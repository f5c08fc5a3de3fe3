#!/usr/bin/env bash
# terraform-generator omits an argument that is an empty array.
#
# Expected: terraform-generator writes the properties of its JavaScript objects as Terraform arguments. An empty array
# is an empty list: `triggers = []`, and a variable with the default [] has a default.
# What happens: the argument is left out. The variable becomes required, and the output loses its value and is invalid.
# The package's own list() writes an empty list.
# Why it matters: in Terraform, an empty list is not the same as no argument: one removes what is there, the other
# keeps it or takes a default. An array that happens to be empty in one run changes the meaning of the module, without
# an error from the generator.
# Seen with terraform-generator 6.7.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit terraform-generator@6.7.0
echo "version   $(npm ls --parseable --long terraform-generator | sed 's/.*://')"

cat > probe.js <<'EOF'
const { TerraformGenerator, list } = require("terraform-generator");

const module_ = new TerraformGenerator();
module_.resource("terraform_data", "array", { input: [], triggers_replace: ["a"] });
module_.resource("terraform_data", "list", { input: list() });
module_.variable("triggers", { default: [] });
module_.output("triggers", { value: [] });
const text = module_.generate().tf.replace(/\s+/g, " ").trim();
console.log(text.replace(/} /g, "}\n"));
EOF
seen=$(node probe.js)
want='resource "terraform_data" "array"{ triggers_replace = [ "a" ] }
resource "terraform_data" "list"{ input = [ ] }
variable "triggers"{ }
output "triggers"{ }'

echo 'expected  each empty array is written as []'
echo 'seen      only list() is written'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
