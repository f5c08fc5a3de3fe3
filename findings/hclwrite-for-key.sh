#!/usr/bin/env bash
# hclwrite writes a map that has the key "for" so that it cannot be read.
#
# Expected: SetAttributeValue takes any value that has a literal, and a string may be any key of a map. What is written
# can be parsed, and has the value.
# What happens: a key that looks like an identifier is written without quotes. `{ for` begins a for expression in HCL,
# so the file is invalid where "for" is the first of the sorted keys. With a key before it, it is valid. true, null and
# if do no harm, and the key in quotes would not.
# Why it matters: the tool that wrote the file reports nothing; Terraform refuses it, and the message speaks of a for
# expression that nobody wrote. One more key may hide it or bring it to light.
# Seen with hcl 2.25.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

func main() {
	for _, keys := range [][]string{{"if"}, {"null"}, {"true"}, {"for"}, {"by", "for"}, {"for", "until"}} {
		tags := map[string]cty.Value{}
		for _, key := range keys {
			tags[key] = cty.StringVal("x")
		}
		file := hclwrite.NewEmptyFile()
		file.Body().SetAttributeValue("tags", cty.MapVal(tags))
		_, diagnostics := hclsyntax.ParseConfig(file.Bytes(), "probe.hcl", hcl.InitialPos)
		fmt.Println(keys, "invalid:", diagnostics.HasErrors())
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclwrite@v2.25.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/hcl/v2)"
seen=$(go run .)
want='[if] invalid: false
[null] invalid: false
[true] invalid: false
[for] invalid: true
[by for] invalid: false
[for until] invalid: true'

echo 'expected  each is valid'
echo 'seen      a map whose first key is "for" is invalid'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
