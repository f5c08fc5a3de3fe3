#!/usr/bin/env bash
# The RFC 3339 type for the Terraform plugin framework finds times equal that differ by a fraction of a second.
#
# Expected: semantic equality of timetypes.RFC3339 is documented to ignore one difference, Z in place of an offset of
# 00:00. Two times that are nine tenths of a second apart differ.
# What happens: they are equal. The comparison parses both and formats them with time.RFC3339, a layout that has no
# fraction. A whole second and the last moment before the next are equal as well.
# Why it matters: where what a provider reads is semantically equal to the state, the framework keeps the state.
# DocSpace writes seven digits of a second: a change later in the same second is never seen, and of a time that the API
# sets with its digits, the state keeps what was planned.
# Seen with terraform-plugin-framework-timetypes 0.5.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
)

func main() {
	for _, pair := range [][2]string{
		{"2026-11-29T07:04:02Z", "2026-11-29T07:04:02+00:00"},
		{"2026-11-29T07:04:02Z", "2026-11-29T07:04:03Z"},
		{"2026-11-29T07:04:02.1Z", "2026-11-29T07:04:02.9Z"},
		{"2026-11-29T07:04:02Z", "2026-11-29T07:04:02.9999999Z"},
	} {
		current := timetypes.NewRFC3339ValueMust(pair[0])
		equal, diagnostics := current.StringSemanticEquals(context.Background(), timetypes.NewRFC3339ValueMust(pair[1]))
		fmt.Println(pair[0], pair[1], equal, diagnostics)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes@v0.5.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-framework-timetypes)"
seen=$(go run .)
want='2026-11-29T07:04:02Z 2026-11-29T07:04:02+00:00 true []
2026-11-29T07:04:02Z 2026-11-29T07:04:03Z false []
2026-11-29T07:04:02.1Z 2026-11-29T07:04:02.9Z true []
2026-11-29T07:04:02Z 2026-11-29T07:04:02.9999999Z true []'

echo 'expected  the first pair is equal, no other'
echo 'seen      pairs that differ by a fraction are equal'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
