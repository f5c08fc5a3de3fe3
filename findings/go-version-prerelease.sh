#!/usr/bin/env bash
# go-version puts a pre-release before the shorter one that it continues.
#
# Expected: go-version documents that its versions follow SemVer, and that it sorts them. SemVer: of two pre-releases
# that are equal as far as the shorter goes, the one with more fields is the later, so rc.1.hotfix comes after rc.1.
# What happens: it comes before. A missing field counts as earlier than a number, but as later than text: rc.1.2 comes
# after rc.1, rc.1.hotfix before it. NewVersion and NewSemver do the same.
# Why it matters: the newest of a sorted list is the release that the hotfix was to replace, and ">= 1.0.0-rc.1" does
# not allow the hotfix. Terraform and its plugin libraries compare versions with this package.
# Seen with go-version 1.9.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/go-version"
)

func main() {
	for _, pair := range [][2]string{
		{"rc.1", "rc.2"}, {"rc.1", "rc.1.2"}, {"rc.1", "rc.1.hotfix"}, {"rc", "rc.1"}, {"rc", "rc.hotfix"},
	} {
		first := version.Must(version.NewSemver("1.0.0-" + pair[0]))
		second := version.Must(version.NewSemver("1.0.0-" + pair[1]))
		fmt.Println(first, second, first.Compare(second))
	}
	allowed, err := version.NewConstraint(">= 1.0.0-rc.1")
	if err != nil {
		panic(err)
	}
	fmt.Println(allowed, allowed.Check(version.Must(version.NewSemver("1.0.0-rc.1.hotfix"))))
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/go-version@v1.9.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/go-version)"
seen=$(go run .)
want='1.0.0-rc.1 1.0.0-rc.2 -1
1.0.0-rc.1 1.0.0-rc.1.2 -1
1.0.0-rc.1 1.0.0-rc.1.hotfix 1
1.0.0-rc 1.0.0-rc.1 -1
1.0.0-rc 1.0.0-rc.hotfix 1
>= 1.0.0-rc.1 false'

echo 'expected  the first of each pair is the earlier one: -1'
echo 'seen      a pre-release that is continued by text is the later one: 1'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
