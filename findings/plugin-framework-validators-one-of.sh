#!/usr/bin/env bash
# The validator OneOf(0.1) of the Terraform plugin framework refuses 0.1.
#
# Expected: float64validator.OneOf is documented to check that the attribute's float64 is one of the given values. With
# OneOf(0.1, 0.5), a configuration may have 0.1 and 0.5.
# What happens: 0.1 is refused, with the message that it must be one of 0.1 and 0.5. The value of a configuration has
# 512 bits, as Terraform's numbers have, the value in the provider 53, and the two are compared as they are: equal only
# where a number is a sum of few powers of two. Between, with the same number for both ends, takes it.
# Why it matters: a provider that lists its fractions with OneOf cannot be configured, and its unit tests, which make
# the value from a Go float64, pass.
# Seen with terraform-plugin-framework-validators 0.19.0, terraform-plugin-framework 1.19.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// configured is the attribute's value as the framework makes it from what Terraform sends.
func configured(number string) types.Float64 {
	sent := tfprotov6.DynamicValue{JSON: []byte(number)}
	received, err := sent.Unmarshal(tftypes.Number)
	if err != nil {
		panic(err)
	}
	value, err := types.Float64Type.ValueFromTerraform(context.Background(), received)
	if err != nil {
		panic(err)
	}
	return value.(types.Float64)
}

func outcome(check validator.Float64, value types.Float64) string {
	response := validator.Float64Response{}
	request := validator.Float64Request{Path: path.Root("ratio"), ConfigValue: value}
	check.ValidateFloat64(context.Background(), request, &response)
	if response.Diagnostics.HasError() {
		return response.Diagnostics[0].Detail()
	}
	return "taken"
}

func main() {
	oneOf := float64validator.OneOf(0.1, 0.5)
	fmt.Println("0.5:", outcome(oneOf, configured("0.5")))
	fmt.Println("0.1:", outcome(oneOf, configured("0.1")))
	fmt.Println("0.1 of a unit test:", outcome(oneOf, types.Float64Value(0.1)))
	fmt.Println("0.1, Between:", outcome(float64validator.Between(0.1, 0.1), configured("0.1")))
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-framework@v1.19.0 \
  github.com/hashicorp/terraform-plugin-framework-validators/float64validator@v0.19.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-framework-validators)"
seen=$(go run .)
want='0.5: taken
0.1: Attribute ratio value must be one of: ["0.100000" "0.500000"], got: 0.100000
0.1 of a unit test: taken
0.1, Between: taken'

echo 'expected  each is taken'
echo 'seen      0.1 is refused when it comes from a configuration'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
