#!/usr/bin/env bash
# Go's big.Float calls 1 the exact value of 1.5, and a Terraform number with a fraction becomes an unsigned integer.
#
# Expected: (*big.Float).Uint64 is documented to report Exact if the number is an integer that fits, and Below for one
# that is cut off. gocty, which HCL's decoding into Go values is built on, refuses on that report whatever "must be a
# whole number".
# What happens: the report is Exact for each number of at most 64 significant bits, a fraction or not. 1.5 for a uint is
# 1, without an error, and 80.5 for a port is 80; 80.9, which has no end in binary, is refused, and so is 0.5. Int64 and
# gocty for an int are right.
# Why it matters: what a configuration says is cut off without a word, for some fractions and not for others, so a test
# with another number shows nothing.
# Seen with Go 1.26.8, go-cty 1.20.0, hcl 2.25.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"
	"math/big"

	"github.com/hashicorp/hcl/v2/hclsimple"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

func main() {
	number := big.NewFloat(1.5)
	signed, accuracy := number.Int64()
	fmt.Println("1.5 Int64:", signed, accuracy)
	unsigned, accuracy := number.Uint64()
	fmt.Println("1.5 Uint64:", unsigned, accuracy)

	var i int
	fmt.Println("gocty, 1.5 to int refused:", gocty.FromCtyValue(cty.NumberFloatVal(1.5), &i) != nil)
	var u uint
	fmt.Println("gocty, 1.5 to uint refused:", gocty.FromCtyValue(cty.NumberFloatVal(1.5), &u) != nil, "value:", u)

	for _, port := range []string{"80", "80.5", "80.9"} {
		var server struct {
			Port uint16 `hcl:"port"`
		}
		err := hclsimple.Decode("server.hcl", []byte("port = "+port+"\n"), nil, &server)
		fmt.Println("hcl, port =", port, "refused:", err != nil, "value:", server.Port)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclsimple@v2.25.0 github.com/zclconf/go-cty/cty/gocty@v1.20.0 2> /dev/null
echo "version   $(go env GOVERSION), $(go list -m github.com/zclconf/go-cty)"
seen=$(go run .)
want='1.5 Int64: 1 Below
1.5 Uint64: 1 Exact
gocty, 1.5 to int refused: true
gocty, 1.5 to uint refused: false value: 1
hcl, port = 80 refused: false value: 80
hcl, port = 80.5 refused: false value: 80
hcl, port = 80.9 refused: true value: 0'

echo 'expected  Uint64 reports Below, and each fraction is refused'
echo 'seen      Uint64 reports Exact, and fractions are cut off for unsigned integers'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
