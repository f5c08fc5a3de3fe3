#!/usr/bin/env bash
# yq keeps only the last of two blocks of one kind when it writes HCL back.
#
# Expected: yq's page on HCL shows round trips, `yq file` with the identity expression, that return the same blocks.
# HCL allows several blocks of one type with the same labels: two configurations of a provider, two imports, two rules
# in a resource.
# What happens: `yq .` of two such blocks writes the last one and exits with 0. As JSON or YAML, both are there, but
# under the same key written twice, of which most readers keep only the last.
# Why it matters: two aliases of the docspace provider become one, and an edit with -i removes the other from the file.
# A file with many `import` blocks, edited like this, imports only one object.
# Seen with yq 4.54.3 (mikefarah).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

GOBIN=$work go install github.com/mikefarah/yq/v4@v4.54.3
echo "version   $(./yq --version | sed 's/.*version/yq/')"

cat > main.tf <<'EOF'
provider "docspace" {
  alias = "one"
}

provider "docspace" {
  alias = "two"
}
EOF
seen=$(./yq --input-format hcl --output-format hcl . main.tf
  ./yq --input-format hcl --output-format json --indent 0 . main.tf)
want='provider "docspace" {
  alias = "two"
}
{"provider":{"docspace":{"alias":"one","alias":"two"}}}'

echo 'expected  both blocks are written, and JSON holds them as a list'
echo 'seen      one block is written, and JSON has one key twice'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
