#!/usr/bin/env bash
# bc-python-hcl2 drops the parentheses of an expression, and with them its meaning.
#
# Expected: an expression is given as its text, since a parser does not know the variables: (1 + a) * 3 is
# "${(1 + a) * 3}". In a quoted template it is.
# What happens: outside of quotes every pair of parentheses is gone. "${1 + a * 3}" is another number, "${!a == 1}"
# negates another operand, "${a && b || c}" is another condition, and "${10 - 3 - 2}" is 5, where 10 - (3 - 2) is 9. The
# dots of a call's last argument are dropped as well, so max(list...) is max(list).
# Why it matters: the text is all there is: whoever evaluates, compares or writes it back gets a valid expression that
# means something else, and cannot tell.
# Seen with bc-python-hcl2 0.4.3.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bc-python-hcl2==0.4.3
echo "version   bc-python-hcl2 $(venv/bin/pip show bc-python-hcl2 | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import hcl2

expressions = (
    '"${(1 + a) * 3}"',
    "(1 + a) * 3",
    "10 - (3 - 2)",
    "!(a == 1)",
    "a && (b || c)",
    "(a ? 1 : 2) + 3",
    "max(list...)",
)
for expression in expressions:
    print(f"{expression}: {hcl2.loads(f'x = {expression}')['x'][0]}")
EOF
seen=$(venv/bin/python probe.py)
want='"${(1 + a) * 3}": ${(1 + a) * 3}
(1 + a) * 3: ${1 + a * 3}
10 - (3 - 2): ${10 - 3 - 2}
!(a == 1): ${!a == 1}
a && (b || c): ${a && b || c}
(a ? 1 : 2) + 3: ${a ? 1 : 2 + 3}
max(list...): ${max(list)}'

echo 'expected  each as it was written'
echo 'seen      only the quoted one has its parentheses'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
