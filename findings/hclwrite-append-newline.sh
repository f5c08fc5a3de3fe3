#!/usr/bin/env bash
# hclwrite adds an attribute to the end of a comment.
#
# Expected: SetAttributeValue adds a new attribute to the end of the body, AppendNewBlock a block. The result can be
# parsed, and has them.
# What happens: no newline is put before what is added. In a file that does not end with one, which HCL allows, the
# attribute comes to stand in the last line: after a comment it is part of the comment, after an attribute the file is
# no longer valid. A block on one line becomes invalid in the same way.
# Why it matters: nothing is reported. A tool that sets a value in somebody's file writes a file without it, or one that
# Terraform refuses. Call AppendNewline first where the last byte is not a newline.
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

func setAttribute(body *hclwrite.Body) { body.SetAttributeValue("b", cty.NumberIntVal(2)) }

func setInBlock(body *hclwrite.Body) { setAttribute(body.Blocks()[0].Body()) }

func addBlock(body *hclwrite.Body) { body.AppendNewBlock("c", nil) }

func main() {
	for _, probe := range []struct {
		text string
		edit func(*hclwrite.Body)
	}{
		{"a = 1\n# note\n", setAttribute},
		{"a = 1\n# note", setAttribute},
		{"a = 1", setAttribute},
		{"a = 1", addBlock},
		{"c { a = 1 }\n", setInBlock},
	} {
		file, diagnostics := hclwrite.ParseConfig([]byte(probe.text), "probe.hcl", hcl.InitialPos)
		if diagnostics.HasErrors() {
			panic(diagnostics)
		}
		probe.edit(file.Body())
		written := file.Bytes()
		parsed, diagnostics := hclsyntax.ParseConfig(written, "probe.hcl", hcl.InitialPos)
		outcome := "invalid"
		if !diagnostics.HasErrors() {
			outcome = fmt.Sprintf("%d attributes", len(parsed.Body.(*hclsyntax.Body).Attributes))
		}
		fmt.Printf("%q becomes %q: %s\n", probe.text, written, outcome)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclwrite@v2.25.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/hcl/v2)"
seen=$(go run .)
want='"a = 1\n# note\n" becomes "a = 1\n# note\nb = 2\n": 2 attributes
"a = 1\n# note" becomes "a        = 1\n# note b = 2\n": 1 attributes
"a = 1" becomes "a = 1 b = 2\n": invalid
"a = 1" becomes "a = 1 c {\n}\n": invalid
"c { a = 1 }\n" becomes "c { a = 1 b = 2\n}\n": invalid'

echo 'expected  each is valid, and has what was added'
echo 'seen      an attribute in a comment, and three files that cannot be parsed'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
