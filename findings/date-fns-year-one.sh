#!/usr/bin/env bash
# date-fns and Day.js read the year 1 as 1901.
#
# Expected: parseJSON of date-fns is documented to parse a complete ISO 8601 date, dayjs() to parse ISO 8601. A year has
# four digits in it, 0001 is the year 1. parseISO of date-fns and the language's own Date read it so.
# What happens: a year below 100 gets 1900 added: both take the date apart and pass the year on as a number, which
# Date.UTC and the constructor of Date take for two digits. Day.js does so where the date has no offset.
# Why it matters: 0001-01-01T00:00:00 is what .NET writes for a date that was never set, and DocSpace is written in
# .NET. A check for the year 1 fails, and "never" is shown as a day in 1901.
# Seen with date-fns 4.4.0, dayjs 1.11.23.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes > /dev/null
npm install --silent --no-fund --no-audit date-fns@4.4.0 dayjs@1.11.23
echo "version   $(npm ls --parseable --long date-fns dayjs | sed 's/.*://' | paste --serial --delimiters ' ')"

cat > probe.js <<'EOF'
const { parseISO, parseJSON } = require("date-fns");
const dayjs = require("dayjs");

const readers = {
  Date: (text) => new Date(text),
  parseISO,
  parseJSON,
  dayjs: (text) => dayjs(text).toDate(),
};
const dates = ["0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000Z", "0099-12-31T00:00:00", "0100-01-01T00:00:00"];
for (const date of dates) {
  const years = Object.entries(readers).map(([name, read]) => `${name} ${read(date).getUTCFullYear()}`);
  console.log(`${date}: ${years.join(", ")}`);
}
EOF
seen=$(TZ=UTC node probe.js)
want='0001-01-01T00:00:00: Date 1, parseISO 1, parseJSON 1901, dayjs 1901
0001-01-01T00:00:00.0000000Z: Date 1, parseISO 1, parseJSON 1901, dayjs 1
0099-12-31T00:00:00: Date 99, parseISO 99, parseJSON 1999, dayjs 1999
0100-01-01T00:00:00: Date 100, parseISO 100, parseJSON 100, dayjs 100'

echo 'expected  the years are 1, 1, 99 and 100'
echo 'seen      1901 and 1999 from parseJSON, and from dayjs where there is no offset'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
