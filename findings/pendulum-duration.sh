#!/usr/bin/env bash
# pendulum reads durations of more than 2^32 units, and fractions of hours, as other durations.
#
# Expected: pendulum.parse reads an ISO 8601 duration, of which the last unit may have a fraction. PT0.25H is 900
# seconds, P0.0001D is 8.64, and PT4294967356S, which is 2^32 + 60 seconds, is that many. What reads it, the compiled
# extension or the Python code for when there is none (or PENDULUM_EXTENSIONS=0), makes no difference.
# What happens: the extension keeps the lower 32 bits of each number, so PT4294967356S is a minute and P4294967297D a
# day. Of a small fraction it loses a part, or all: PT0.001H is 4 seconds instead of 3.6, P0.0001D is none. The Python
# code has large numbers right, but takes the digits of a fraction for tenths: 0.25 is 25 tenths, so PT0.25H is two and
# a half hours, and 0.001 is one tenth.
# Why it matters: a lifetime meant as "never" in seconds ends after a minute, and a rotation after a quarter of an hour
# happens after two and a half, depending on the platform. No error is raised.
# Seen with pendulum 3.3.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pendulum==3.3.0
echo "version   pendulum $(venv/bin/pip show pendulum | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import pendulum

for text in ("PT0.5H", "PT0.25H", "PT0.001H", "P0.75D", "P0.0001D", "PT4294967295S", "PT4294967356S"):
    print(text, pendulum.parse(text).total_seconds())
EOF
seen="extension
$(PENDULUM_EXTENSIONS=1 venv/bin/python probe.py)
Python
$(PENDULUM_EXTENSIONS=0 venv/bin/python probe.py)"
want='extension
PT0.5H 1800.0
PT0.25H 900.0
PT0.001H 4.0
P0.75D 64800.0
P0.0001D 0.0
PT4294967295S 4294967295.0
PT4294967356S 60.0
Python
PT0.5H 1800.0
PT0.25H 9000.0
PT0.001H 360.0
P0.75D 648000.0
P0.0001D 8640.0
PT4294967295S 4294967295.0
PT4294967356S 4294967356.0'

echo 'expected  1800, 900, 3.6, 64800, 8.64, 4294967295 and 4294967356 seconds, twice'
echo 'seen      2^32 + 60 as 60 and fractions cut in one, fractions ten to a thousand times as large in the other'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
