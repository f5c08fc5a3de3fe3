#!/usr/bin/env bash
# In HCL, range(0, 3, 0.3) has eleven elements.
#
# Expected: range counts from the start by the step and stops before the limit: 0, 0.3, up to 2.7, ten elements. HCL's
# numbers have 512 bits, and `10 * 0.3 == 3` is true, as is `0.1 + 0.2 == 0.3`.
# What happens: an eleventh comes after them that is a little less than 3. Each element is the one before plus the step,
# and the tenth sum falls short in the last bit. Of range(0, 1, 0.1), the eighth element is not equal to 0.7, and its
# text has 157 characters.
# Why it matters: for Terraform, one resource more is planned than the numbers say, contains() does not find what is
# there, and a key made from an element is of that length. Count in whole numbers, and divide.
# Seen with go-cty 1.20.0, and in Terraform 1.15.5.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func number(text string) cty.Value { return cty.MustParseNumberVal(text) }

func counted(limit, step string) []cty.Value {
	list, err := stdlib.Range(number("0"), number(limit), number(step))
	if err != nil {
		panic(err)
	}
	return list.AsValueSlice()
}

func main() {
	fmt.Println("10 * 0.3 == 3:", number("10").Multiply(number("0.3")).Equals(number("3")).True())
	fmt.Println("0.1 + 0.2 == 0.3:", number("0.1").Add(number("0.2")).Equals(number("0.3")).True())
	thirds := counted("3", "0.3")
	last := thirds[len(thirds)-1]
	fmt.Println("range(0, 3, 0.3):", len(thirds), "elements, the last is less than 3:", last.LessThan(number("3")).True())
	eighth := counted("1", "0.1")[7]
	text, err := convert.Convert(eighth, cty.String)
	if err != nil {
		panic(err)
	}
	equal := eighth.Equals(number("0.7")).True()
	fmt.Println("range(0, 1, 0.1)[7] == 0.7:", equal, "characters:", len(text.AsString()))
}
EOF
go mod init probe 2> /dev/null
go get github.com/zclconf/go-cty/cty/function/stdlib@v1.20.0 2> /dev/null
echo "version   $(go list -m github.com/zclconf/go-cty)"
seen=$(go run .)
want='10 * 0.3 == 3: true
0.1 + 0.2 == 0.3: true
range(0, 3, 0.3): 11 elements, the last is less than 3: true
range(0, 1, 0.1)[7] == 0.7: false characters: 157'

echo 'expected  ten elements, and 0.7'
echo 'seen      eleven, and a number that is not 0.7'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
