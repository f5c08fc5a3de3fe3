#!/usr/bin/env bash
# A map in the Terraform plugin SDK loses the keys "%" and "#".
#
# Expected: a TypeMap attribute of strings takes any string as a key, as Terraform's map(string) does.
# What happens: an element with the key "%" is gone once the attribute is set, and so is one with the key "#": no error,
# the others are there. Inside, an attribute is a flat list of paths, "tags.%" is where the number of a map's elements
# is kept, "tags.#" that of a list, and an element with such a key has the same path.
# Why it matters: a provider that reads a label "%" from its API loses it without a word, and an element with that key
# in the configuration is left out of the plan.
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
	resource := &schema.Resource{Schema: map[string]*schema.Schema{
		"tags": {Type: schema.TypeMap, Optional: true, Elem: &schema.Schema{Type: schema.TypeString}},
	}}
	for _, key := range []string{"a", "a.b", "", "$", "%", "#"} {
		data := resource.TestResourceData()
		err := data.Set("tags", map[string]string{key: "1", "other": "2"})
		fmt.Printf("key %q: %v, error %v\n", key, data.Get("tags"), err)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema@v2.40.1 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-sdk/v2)"
seen=$(go run .)
want='key "a": map[a:1 other:2], error <nil>
key "a.b": map[a.b:1 other:2], error <nil>
key "": map[:1 other:2], error <nil>
key "$": map[$:1 other:2], error <nil>
key "%": map[other:2], error <nil>
key "#": map[other:2], error <nil>'

echo 'expected  each map has two elements'
echo 'seen      the maps with the keys % and # have one'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
