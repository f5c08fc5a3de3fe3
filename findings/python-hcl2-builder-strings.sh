#!/usr/bin/env bash
# python-hcl2 writes the strings of its Builder without quotes, so that they are references.
#
# Expected: the package's documentation builds a resource with ami="abc-123", writes it with dumps, and shows the result
# as ami = "abc-123", with the labels in quotes as well.
# What happens: it is ami = abc-123, a reference to something named abc-123. A string of digits becomes a number, "true"
# a boolean, "null" no value, and one with a space in it makes the file invalid. dumps takes a string for HCL source,
# and the Builder passes its strings on as they are: each has to hold its own quotes.
# Why it matters: the strings come from data, so a script that was right with one value changes the meaning of the
# module with the next, without an error: a version "1.10" is written as the number 1.10.
# Seen with python-hcl2 8.1.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-hcl2==8.1.4
echo "version   python-hcl2 $(venv/bin/pip show python-hcl2 | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import hcl2

builder = hcl2.Builder()
builder.block("resource", labels=["aws_instance", "web"], ami="abc-123", instance_type="t2.micro")
print(hcl2.dumps(builder.build()).strip())
for value in ("abc-123", "1.10", "true", "null", "two words", '"abc-123"'):
    written = hcl2.dumps({"a": value}).strip()
    try:
        read = repr(hcl2.loads(written + "\n")["a"])
    except Exception as error:
        read = type(error).__name__
    print(f"{value!r} is written as {written}, and read as {read}")
EOF
seen=$(venv/bin/python probe.py)
want='resource aws_instance web {
  ami           = abc-123
  instance_type = t2.micro
}
'\''abc-123'\'' is written as a = abc-123, and read as '\''abc-123'\''
'\''1.10'\'' is written as a = 1.10, and read as 1.1
'\''true'\'' is written as a = true, and read as True
'\''null'\'' is written as a = null, and read as None
'\''two words'\'' is written as a = two words, and read as UnexpectedToken
'\''"abc-123"'\'' is written as a = "abc-123", and read as '\''"abc-123"'\'''

echo 'expected  each is written as a string, and read as the same'
echo 'seen      the first five are a reference, a number, a boolean, null and an error'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
