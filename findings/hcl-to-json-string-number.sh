#!/usr/bin/env bash
# hcl-to-json turns strings into numbers, and numbers in a list into strings.
#
# Expected: HCL and JSON both have strings, numbers and booleans. What is in quotes in HCL is in quotes in JSON, and
# what is not is not.
# What happens: the quotes do not count. Of an argument, whatever JavaScript can read as a number becomes one, in quotes
# or not: "007" is 7, "1.10" is 1.1, "0x10" is 16, "1e3" is 1000, and "true" is a boolean. In a list it is the other way
# about: each number and boolean is a string.
# Why it matters: account numbers lose their zeros, versions become other versions, and a color or a commit id such as
# "1e3" a number. Nothing in the result tells which it was.
# Seen with hcl-to-json 0.1.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit hcl-to-json@0.1.1
echo "version   $(npm ls --parseable --long hcl-to-json | sed 's/.*://')"

cat > probe.js <<'EOF'
const convert = require("hcl-to-json");

for (const value of ['"seven"', '7', '"007"', '"1.10"', '"0x10"', '"1e3"', '"true"', '[7, true]', '["7"]']) {
  console.log(`${value}: ${JSON.stringify(convert(`a = ${value}\n`).a)}`);
}
EOF
seen=$(node probe.js)
want='"seven": "seven"
7: 7
"007": 7
"1.10": 1.1
"0x10": 16
"1e3": 1000
"true": true
[7, true]: ["7","true"]
["7"]: ["7"]'

echo 'expected  each is what it was'
echo 'seen      strings as numbers and booleans, and the reverse in a list'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
