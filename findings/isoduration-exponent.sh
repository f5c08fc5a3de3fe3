#!/usr/bin/env bash
# isoduration writes a fraction of a microsecond with an exponent, which ISO 8601 does not have.
#
# Expected: what format_duration writes is documented to comply with ISO 8601, in which a number has digits and a
# decimal sign. What is read as PT0.0000001S is written so.
# What happens: a number below a millionth is written with an exponent, PT1e-7S. isodate and aniso8601 refuse
# it; isoduration itself reads it.
# Why it matters: 0.0000001 seconds is a tick, the unit of time in .NET, in which DocSpace is written, and the smallest
# difference of two of its dates. A test in Python alone does not notice; the reader on the other side does.
# Seen with isoduration 20.11.0, isodate 0.7.2, aniso8601 10.0.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check isoduration==20.11.0 isodate==0.7.2 aniso8601==10.0.1
echo "version   isoduration $(venv/bin/pip show isoduration | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import aniso8601
import isodate
from isoduration import format_duration, parse_duration


def outcome(read, text):
    try:
        read(text)
    except ValueError:
        return "refused"
    return "read"


for text in ("PT0.000001S", "PT0.0000001S", "PT1.0000001S", "P0.0000001D"):
    written = format_duration(parse_duration(text))
    print(f"{text}: {written}", end="")
    for read in (parse_duration, isodate.parse_duration, aniso8601.parse_duration):
        print(f", {read.__module__.partition('.')[0]} {outcome(read, written)}", end="")
    print()
EOF
seen=$(venv/bin/python probe.py)
want='PT0.000001S: PT0.000001S, isoduration read, isodate read, aniso8601 read
PT0.0000001S: PT1e-7S, isoduration read, isodate refused, aniso8601 refused
PT1.0000001S: PT1.0000001S, isoduration read, isodate read, aniso8601 read
P0.0000001D: P1e-7D, isoduration read, isodate refused, aniso8601 refused'

echo 'expected  each is written as it was, and read by all'
echo 'seen      exponents, which only isoduration reads'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
