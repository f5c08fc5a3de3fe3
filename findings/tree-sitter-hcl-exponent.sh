#!/usr/bin/env bash
# tree-sitter-hcl parses a whole number with an exponent as an error.
#
# Expected: in HCL's syntax, fraction and exponent of a number are each optional (NumericLit in hclsyntax/spec.md), so
# 1e3 is a number just as 1.0e3 is. Terraform reads both as 1000.
# What happens: an exponent is accepted only after a fraction. 1e3 is parsed as the number 1 and an error, whatever the
# case of the letter or the sign of the exponent.
# Why it matters: editors and tools that work on the syntax tree see an error where the file has none.
# Seen with tree-sitter-hcl 1.2.0, tree-sitter 0.26.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tree-sitter-hcl==1.2.0 tree-sitter==0.26.1
echo "version   tree-sitter-hcl $(venv/bin/pip show tree-sitter-hcl | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import tree_sitter
import tree_sitter_hcl

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
for number in ("1000", "1.0e3", "1.0E-3", "1e3", "1E3", "1e+3", "1e-3"):
    root = parser.parse(f"limit = {number}\n".encode()).root_node
    print(f"{number}: {'error' if root.has_error else 'number'}")
EOF
seen=$(venv/bin/python probe.py)
want='1000: number
1.0e3: number
1.0E-3: number
1e3: error
1E3: error
1e+3: error
1e-3: error'

echo 'expected  each is a number'
echo 'seen      an exponent without a fraction is an error'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
