#!/usr/bin/env bash
# yq evaluates some expressions in HCL, and writes others as strings outside their block.
#
# Expected: yq's page on HCL says that it preserves expressions without quotes. `yq .` writes the expression of an
# argument as it was.
# What happens: an expression of constants is evaluated: 60 * 60 becomes 3600, and "a${1}" a string with the name of a
# Go function in it. Of the others, var.x + 1 and upper(var.x) are kept; one with a quote, a bracket or a question mark
# becomes a string, in an object beside its block, and the block is left empty.
# Why it matters: if a pipeline bumps a version with yq, a change to one line rewrites others: Terraform then misses
# the block's required argument, and gets a string of code where a value is due.
# Seen with yq 4.54.3 (mikefarah).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

GOBIN=$work go install github.com/mikefarah/yq/v4@v4.54.3
echo "version   $(./yq --version | sed 's/.*version/yq/')"

written() {
  printf 'b {\n  x = %s\n}\n' "$1" | ./yq --input-format hcl --output-format hcl . | tr -d '\n' | tr -s ' '
}
seen=$(for expression in 'var.x + 1' '60 * 60' '"a${1}"' 'upper(var.x)' 'upper("a")' 'var.x[0]' 'var.x ? 1 : 2'; do
  echo "x = $expression: $(written "$expression")"
done)
want='x = var.x + 1: b { x = var.x + 1}
x = 60 * 60: b { x = 3600}
x = "a${1}": b { x = "acty.NumberIntVal(1)"}
x = upper(var.x): b { x = upper(var.x)}
x = upper("a"): b {}b = { x = "upper(\"a\")"}
x = var.x[0]: b {}b = { x = "var.x[0]"}
x = var.x ? 1 : 2: b {}b = { x = "var.x ? 1 : 2"}'

echo 'expected  each expression as it was, in its block'
echo 'seen      results of constants, strings in place of the last three'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
