#!/usr/bin/env bash
# In HCL, the remainder of a division by zero is the dividend.
#
# Expected: `5 % 0` is an error, as `5 / 0` is in Terraform. go-cty, whose operation it is, documents that Modulo by
# zero returns an infinity.
# What happens: neither. It is 5, without an error, in go-cty, in HCL and in Terraform. A negative number and a fraction
# come back as they are as well.
# Why it matters: an index or a share that is calculated with a length of zero comes out as a number that looks right.
# A condition such as `var.instances % length(var.zones) == 0` is true or false where it has no answer.
# Seen with go-cty 1.20.0, hcl 2.25.0, and in Terraform 1.15.5.
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
	"github.com/zclconf/go-cty/cty"
)

func main() {
	fmt.Println("Divide:", cty.NumberIntVal(5).Divide(cty.Zero).AsBigFloat())
	fmt.Println("Modulo:", cty.NumberIntVal(5).Modulo(cty.Zero).AsBigFloat())
	for _, text := range []string{"5 % 2", "5 % 0", "-5 % 0", "1.5 % 0"} {
		expression, _ := hclsyntax.ParseExpression([]byte(text), "probe.hcl", hcl.InitialPos)
		value, diagnostics := expression.Value(nil)
		fmt.Println(text, "=", value.AsBigFloat(), diagnostics)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclsyntax@v2.25.0 github.com/zclconf/go-cty/cty@v1.20.0 2> /dev/null
echo "version   $(go list -m github.com/zclconf/go-cty)"
seen=$(go run .)
want='Divide: +Inf
Modulo: 5
5 % 2 = 1 no diagnostics
5 % 0 = 5 no diagnostics
-5 % 0 = -5 no diagnostics
1.5 % 0 = 1.5 no diagnostics'

echo 'expected  an error, or an infinity'
echo 'seen      the dividend'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
