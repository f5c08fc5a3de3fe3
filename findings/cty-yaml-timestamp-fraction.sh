#!/usr/bin/env bash
# go-cty-yaml, Terraform's yamldecode, drops the fraction of a second.
#
# Expected: a timestamp in YAML may have a fraction of any length. cty has no type for it, so it becomes a string in RFC
# 3339 form, which has room for the fraction.
# What happens: the string has whole seconds. Two different times are one, and what is decoded, encoded and decoded
# again is not what the document says. In quotes the same text is a string, and stays as it is.
# Why it matters: DocSpace writes seven digits of a second. A date that is kept in a YAML file, as a bound of a query or
# to find a change, is up to a second too early once Terraform has read it. Quote the dates.
# Seen with go-cty-yaml 1.2.0, and in Terraform 1.15.5.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
)

func main() {
	for _, document := range []string{
		`2026-11-29T07:04:02Z`,
		`2026-11-29T07:04:02.1234567+03:00`,
		`"2026-11-29T07:04:02.1234567+03:00"`,
	} {
		value, err := yaml.YAMLDecodeFunc.Call([]cty.Value{cty.StringVal(document)})
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %q\n", document, value.AsString())
	}
	same, err := yaml.YAMLDecodeFunc.Call([]cty.Value{cty.StringVal(
		"first: 2026-11-29T07:04:02.1Z\nlast: 2026-11-29T07:04:02.9Z\n",
	)})
	if err != nil {
		panic(err)
	}
	fmt.Println("02.1Z equals 02.9Z:", same.GetAttr("first").Equals(same.GetAttr("last")).True())
}
EOF
go mod init probe 2> /dev/null
go get github.com/zclconf/go-cty-yaml@v1.2.0 2> /dev/null
echo "version   $(go list -m github.com/zclconf/go-cty-yaml)"
seen=$(go run .)
want='2026-11-29T07:04:02Z: "2026-11-29T07:04:02Z"
2026-11-29T07:04:02.1234567+03:00: "2026-11-29T07:04:02+03:00"
"2026-11-29T07:04:02.1234567+03:00": "2026-11-29T07:04:02.1234567+03:00"
02.1Z equals 02.9Z: true'

echo 'expected  the fractions are kept, and the two times differ'
echo 'seen      the fractions are gone, and the two times are equal'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
