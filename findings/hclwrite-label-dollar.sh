#!/usr/bin/env bash
# hclwrite leaves out a block's label that ends in a dollar sign, and the labels after it take its place.
#
# Expected: Block.Labels is documented to return the labels of the block. hclsyntax and hclwrite agree on them, and a
# block can be found by the labels that it was made with.
# What happens: a label that ends in a dollar or a percent sign, or has an escaped template in it, is missing from the
# list: a block with two labels has one. hclsyntax reads both. Such a label has more than one token, and Labels takes
# only those of one token.
# Why it matters: FirstMatchingBlock finds another block than the one asked for, and a tool that removes what it found,
# or reads the second label as the name, works on the wrong block.
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
)

func main() {
	for _, label := range []string{"price", "price$", "${price}", "100%"} {
		file := hclwrite.NewEmptyFile()
		file.Body().AppendNewBlock("rule", []string{label, "first"})
		written := file.Bytes()
		syntax, _ := hclsyntax.ParseConfig(written, "probe.hcl", hcl.InitialPos)
		file, _ = hclwrite.ParseConfig(written, "probe.hcl", hcl.InitialPos)
		body := file.Body()
		read := syntax.Body.(*hclsyntax.Body).Blocks[0].Labels
		both := body.FirstMatchingBlock("rule", []string{label, "first"}) != nil
		second := body.FirstMatchingBlock("rule", []string{"first"}) != nil
		fmt.Printf("%q: hclsyntax %q, hclwrite %q\n", label, read, body.Blocks()[0].Labels())
		fmt.Printf("  found by both %t, by the second alone %t\n", both, second)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclwrite@v2.25.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/hcl/v2)"
seen=$(go run .)
want='"price": hclsyntax ["price" "first"], hclwrite ["price" "first"]
  found by both true, by the second alone false
"price$": hclsyntax ["price$" "first"], hclwrite ["first"]
  found by both false, by the second alone true
"${price}": hclsyntax ["${price}" "first"], hclwrite ["first"]
  found by both false, by the second alone true
"100%": hclsyntax ["100%" "first"], hclwrite ["first"]
  found by both false, by the second alone true'

echo 'expected  two labels each, and each block is found by both'
echo 'seen      one label, and a block is found by the second alone'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
