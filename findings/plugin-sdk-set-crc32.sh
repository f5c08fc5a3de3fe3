#!/usr/bin/env bash
# A set of strings in the Terraform plugin SDK loses one of two that have the same CRC-32.
#
# Expected: a set holds every different element. The SDK documents that the function which a set is made with must
# return a unique ID for an element, and HashString as the function for strings.
# What happens: HashString is a checksum of 32 bits, and so is the default for an attribute without a function of its
# own. "plumless" and "buckeroo" have the same: the set keeps the first, says that it contains the second, and an
# attribute set to both has one.
# Why it matters: an element of the configuration is dropped without a word. With some ten thousand elements the chance
# that two of a set collide is one in a hundred, with eighty thousand one in two.
# Seen with terraform-plugin-sdk 2.40.1.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

func main() {
	set := schema.NewSet(schema.HashString, []any{"plumless"})
	fmt.Println("contains buckeroo:", set.Contains("buckeroo"))
	set.Add("buckeroo")
	fmt.Println("after adding it:", set.List())

	resource := &schema.Resource{Schema: map[string]*schema.Schema{
		"words": {Type: schema.TypeSet, Optional: true, Elem: &schema.Schema{Type: schema.TypeString}},
	}}
	for _, words := range [][]string{{"plumless", "buckaroo"}, {"plumless", "buckeroo"}} {
		data := resource.TestResourceData()
		if err := data.Set("words", words); err != nil {
			panic(err)
		}
		fmt.Println("attribute set to", words, "has", data.Get("words").(*schema.Set).Len())
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema@v2.40.1 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-sdk/v2)"
seen=$(go run .)
want='contains buckeroo: true
after adding it: [plumless]
attribute set to [plumless buckaroo] has 2
attribute set to [plumless buckeroo] has 1'

echo 'expected  the set does not contain buckeroo before it is added, and each attribute has two'
echo 'seen      it contains it, drops it, and the second attribute has one'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
