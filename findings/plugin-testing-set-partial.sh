#!/usr/bin/env bash
# Whether a set passes a check of terraform-plugin-testing depends on the order of the expected elements.
#
# Expected: knownvalue.SetExact and SetPartial are documented as order-independent checks. {"a", "b"} has an "a" and one
# more element that is not null, in whichever order the two are asked for.
# What happens: with the general check first, it fails: "missing value a". Each check takes the first element that
# passes it, NotNull takes "a", and nothing is left for the check that needs it. No other assignment is tried.
# Why it matters: a test fails on a state that is right, with a message that says otherwise, and a set has no order that
# would tell which check to put first. Put the exact checks before the general ones.
# Seen with terraform-plugin-testing 1.16.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
)

func main() {
	set := []any{"a", "b"}
	exact := knownvalue.StringExact("a")
	letter := knownvalue.StringRegexp(regexp.MustCompile("^[ab]$"))
	for _, general := range []knownvalue.Check{knownvalue.NotNull(), letter} {
		for _, checks := range [][]knownvalue.Check{{exact, general}, {general, exact}} {
			fmt.Println("SetExact", checks, knownvalue.SetExact(checks).CheckValue(set))
			fmt.Println("SetPartial", checks, knownvalue.SetPartial(checks).CheckValue(set))
		}
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-plugin-testing/knownvalue@v1.16.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-plugin-testing)"
seen=$(go run .)
want='SetExact [a not-null] <nil>
SetPartial [a not-null] <nil>
SetExact [not-null a] missing value a for SetExact check
SetPartial [not-null a] missing value a for SetPartial check
SetExact [a ^[ab]$] <nil>
SetPartial [a ^[ab]$] <nil>
SetExact [^[ab]$ a] missing value a for SetExact check
SetPartial [^[ab]$ a] missing value a for SetPartial check'

echo 'expected  each check passes'
echo 'seen      with the general check first, it fails'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
