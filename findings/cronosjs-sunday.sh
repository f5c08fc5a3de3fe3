#!/usr/bin/env bash
# cronosjs reads the day of the week 0-7 as Sunday.
#
# Expected: the documentation has 0-7 as the days of the week, where both 0 and 7 are Sunday, and a range as inclusive.
# 0-7 is then every day, as 0-6 and 1-7 are.
# What happens: 7 is taken for 0 before the range is read, and 0-0 is Sunday alone: a daily task runs once a week. A
# list, 0,1,2,3,4,5,6,7, is every day.
# Why it matters: no error is raised, and no warning given; the task does run, but six times out of seven it does not.
# Seen with cronosjs 1.7.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit cronosjs@1.7.1
echo "version   $(npm ls --parseable --long cronosjs | sed 's/.*://')"

cat > probe.js <<'EOF'
const { CronosExpression } = require("cronosjs");

const from = new Date("2026-01-01T00:00:00Z");
for (const days of ["*", "0-6", "1-7", "0,1,2,3,4,5,6,7", "0-7", "5-7"]) {
  const expression = CronosExpression.parse(`0 12 * * ${days}`, { timezone: "UTC" });
  const names = expression.nextNDates(from, 7).map((date) => date.toUTCString().slice(0, 3));
  console.log(`${days}: ${names.join(" ")} warnings: ${expression.warnings.length}`);
}
EOF
seen=$(node probe.js)
want='*: Thu Fri Sat Sun Mon Tue Wed warnings: 0
0-6: Thu Fri Sat Sun Mon Tue Wed warnings: 0
1-7: Thu Fri Sat Sun Mon Tue Wed warnings: 0
0,1,2,3,4,5,6,7: Thu Fri Sat Sun Mon Tue Wed warnings: 0
0-7: Sun Sun Sun Sun Sun Sun Sun warnings: 0
5-7: Fri Sat Sun Fri Sat Sun Fri warnings: 0'

echo 'expected  0-7 is every day'
echo 'seen      0-7 is Sunday'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
