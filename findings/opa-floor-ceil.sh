#!/usr/bin/env bash
# In Rego, the policy language of Open Policy Agent, floor(-0.5) is 0 and ceil(-0.5) is 1.
#
# Expected: ceil is documented to round up to the nearest integer, floor to round down: 0 and -1.
# What happens: between -1 and 0, each answers with a number one too large, and ceil(x) is not even among the two
# integers beside x. Everywhere else both are right. Whether to go one further is decided by the sign of the truncated
# number, and that is a zero without a sign.
# Why it matters: a rule on a plan that compares a rounded difference, of cost or of capacity, is off by one for small
# negative values alone, where a test seldom looks.
# Seen with opa 1.21.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

GOBIN=$work go install github.com/open-policy-agent/opa@v1.21.1
echo "version   opa $(./opa version | sed -n 's/^Version: //p')"

seen=$(for number in -1.5 -1 -0.9 -0.5 -0.1 0 0.5; do
  echo "$number: floor $(./opa eval --format raw "floor($number)"), ceil $(./opa eval --format raw "ceil($number)")"
done)
want='-1.5: floor -2, ceil -1
-1: floor -1, ceil -1
-0.9: floor 0, ceil 1
-0.5: floor 0, ceil 1
-0.1: floor 0, ceil 1
0: floor 0, ceil 0
0.5: floor 0, ceil 1'

echo 'expected  of -0.9, -0.5 and -0.1, floor is -1 and ceil is 0'
echo 'seen      floor is 0 and ceil is 1'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
