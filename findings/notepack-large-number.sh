#!/usr/bin/env bash
# notepack.io writes a number of 2^64 or more as another number.
#
# Expected: encode and decode are each other's inverse. Every JavaScript number is a 64-bit float, and MessagePack has
# that type; 1.5e300 and 2^63 come back as they are.
# What happens: a number without a fraction is written as a 64-bit integer, however large it is. What does not fit is
# cut off: 2^64, 1e100 and -1e300 become 0, 1e20 becomes 7766279631452242000. No error is raised. Number.MAX_VALUE, the
# usual value for "no limit", becomes 0.
# Why it matters: limits, identifiers and amounts in small units change on the way, and what is read looks like any
# other number. Numbers above 2^64 are valid in Terraform, whose plugins speak MessagePack.
# Seen with notepack.io 3.0.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit notepack.io@3.0.1
echo "version   $(npm ls --parseable --long notepack.io | sed 's/.*://')"

cat > probe.js <<'EOF'
const { decode, encode } = require("notepack.io");

for (const number of [0.1, 1.5, 2 ** 53, 2 ** 63, 2 ** 64, 1e20, 1e100, -(2 ** 63), -1e20, -1e300, Number.MAX_VALUE]) {
  console.log(`${number}: ${decode(encode(number))}`);
}
EOF
seen=$(node probe.js)
want='0.1: 0.1
1.5: 1.5
9007199254740992: 9007199254740992
9223372036854776000: 9223372036854776000
18446744073709552000: 0
100000000000000000000: 7766279631452242000
1e+100: 0
-9223372036854776000: -9223372036854776000
-100000000000000000000: -7766279631452242000
-1e+300: 0
1.7976931348623157e+308: 0'

echo 'expected  each number is read as it was written'
echo 'seen      from 2^64 on, each is another, most are 0'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
