#!/usr/bin/env bash
# terraform-plugin-go considers two sets equal although their elements occur a different number of times.
#
# Expected: tftypes.Set is documented as an unordered collection of unique elements. If it does not drop duplicates,
# Equal either ignores them, and {1, 1} equals {1}, or counts them, and {1, 1, 2} differs from {1, 2, 2}.
# What happens: neither. {1, 1} differs from {1}, and {1, 1, 2} equals {1, 2, 2}: the number of elements counts, and
# which ones there are, but not how often each occurs.
# Why it matters: NewValue accepts a set with duplicates, and so does reading one from JSON. A provider test that
# compares with Equal passes with the wrong duplicates, and fails on sets that differ only in a duplicate.
# Seen with terraform-plugin-go 0.31.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func set(numbers ...int) tftypes.Value {
	elements := []tftypes.Value{}
	for _, number := range numbers {
		elements = append(elements, tftypes.NewValue(tftypes.Number, number))
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.Number}, elements)
}

func main() {
	fmt.Println("{1, 2} = {2, 1}:", set(1, 2).Equal(set(2, 1)))
	fmt.Println("{1, 1} = {1}:", set(1, 1).Equal(set(1)))
	fmt.Println("{1, 1, 2} = {1, 2, 2}:", set(1, 1, 2).Equal(set(1, 2, 2)))
	fmt.Println("{1, 1, 2} = {1, 2, 3}:", set(1, 1, 2).Equal(set(1, 2, 3)))
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-go/tftypes@v0.31.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-go)"
seen=$(go run .)
want='{1, 2} = {2, 1}: true
{1, 1} = {1}: false
{1, 1, 2} = {1, 2, 2}: true
{1, 1, 2} = {1, 2, 3}: false'

echo 'expected  duplicates are ignored or counted'
echo 'seen      neither'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
