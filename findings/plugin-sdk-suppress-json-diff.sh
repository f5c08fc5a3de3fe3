#!/usr/bin/env bash
# The Terraform plugin SDK takes two JSON documents for equal whose numbers differ.
#
# Expected: structure.SuppressJsonDiff hides differences that mean nothing in JSON, spaces and the order of members, and
# NormalizeJsonString gives the document back in a fixed form. A number is a value: another number is a difference.
# What happens: every number passes through a float64. Above 2^53 neighbors become one: a change from 9007199254740993
# to 9007199254740992 is suppressed, and the normalized document has a number that nobody wrote.
# Why it matters: the change is neither planned nor applied, and Terraform reports that nothing is to be done. With
# NormalizeJsonString, the state has another identifier than the policy in the configuration.
# Seen with terraform-plugin-sdk 2.40.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/structure"
)

func main() {
	suppressed := func(before, after string) bool { return structure.SuppressJsonDiff("policy", before, after, nil) }
	fmt.Println("order of members suppressed:", suppressed(`{"a": 1, "b": 2}`, `{"b":2,"a":1}`))
	fmt.Println("1 to 2 suppressed:", suppressed(`{"id": 1}`, `{"id": 2}`))
	for _, id := range []string{"9007199254740993", "1234567890123456789"} {
		other := id[:len(id)-1] + "2"
		fmt.Println(id, "to", other, "suppressed:", suppressed(`{"id": `+id+`}`, `{"id": `+other+`}`))
		normalized, err := structure.NormalizeJsonString(`{"id": ` + id + `}`)
		fmt.Println("normalized:", normalized, err)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-sdk/v2/helper/structure@v2.40.1 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-sdk/v2)"
seen=$(go run .)
want='order of members suppressed: true
1 to 2 suppressed: false
9007199254740993 to 9007199254740992 suppressed: true
normalized: {"id":9007199254740992} <nil>
1234567890123456789 to 1234567890123456782 suppressed: true
normalized: {"id":1234567890123456800} <nil>'

echo 'expected  only the order of members is suppressed, and a normalized number is the same number'
echo 'seen      a change of a large number is suppressed, and normalizing changes it'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
