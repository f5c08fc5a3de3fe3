#!/usr/bin/env bash
# yq turns an escaped string into a reference, and a reference into text, when it writes HCL back.
#
# Expected: in HCL, "$${name}" is the string ${name}, and "${name}" is the value of name. yq's page on HCL promises to
# preserve interpolation, so `yq .` writes each as it was.
# What happens: "$${name}" comes back as "${name}", which is now a reference. A quoted reference alone, "${name}",
# becomes neither: it comes back as a string with quotes in it and a second dollar sign, in an object beside its block,
# and the block is left empty. Only a reference with text around it survives.
# Why it matters: templates for a shell or a CI system are full of $${…}. After an edit of some other line with yq -i,
# Terraform fails on a name that nobody refers to, or inserts a value of its own where the string was meant.
# Seen with yq 4.54.3 (mikefarah).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

GOBIN=$work go install github.com/mikefarah/yq/v4@v4.54.3
echo "version   $(./yq --version | sed 's/.*version/yq/')"

cat > texts.hcl <<'EOF'
escaped {
  text = "$${name}"
}
around {
  text = "a ${name}"
}
alone {
  text = "${name}"
}
EOF
seen=$(./yq --input-format hcl --output-format hcl . texts.hcl)
want='escaped {
  text = "${name}"
}
around {
  text = "a ${name}"
}
alone {
}
alone = {
  text = "\"$${name}\""
}'

echo 'expected  the file as it was'
echo 'seen      the escaped string is a reference, the reference alone is a string outside of its block'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
