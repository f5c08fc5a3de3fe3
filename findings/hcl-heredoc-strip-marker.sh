#!/usr/bin/env bash
# A strip marker in an HCL heredoc leaves the indentation of the next line, even in a heredoc that is to have none.
#
# Expected: HCL's spec says that `~` removes every space beside it, newlines with them since they are spaces to Unicode;
# Terraform's documentation names both. `<<-` is to remove the indentation of each line. So a list written with
# `%{ for ... ~}` in an indented heredoc is a list at the margin.
# What happens: in a heredoc the marker removes the rest of its line and no more: the spaces of the next line stay. They
# no longer count as the start of a line, so `<<-` leaves them as well. Without a marker it removes them; in a quoted
# string, the marker does.
# Why it matters: a loop with markers in `<<-` is the common way to write a list into a file. The file is indented where
# no line of the template is, which breaks YAML. Write the body of the loop at the left margin.
# Seen with hcl 2.25.0, and in Terraform 1.15.5.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var templates = []struct{ name, text string }{
	{"no marker", "<<-EOT\n    list:\n    %{ for i in [1, 2] }\n    - ${i}\n    %{ endfor }\n    EOT\n"},
	{"marker", "<<-EOT\n    list:\n    %{ for i in [1, 2] ~}\n    - ${i}\n    %{ endfor ~}\n    EOT\n"},
	{"marker, plain heredoc", "<<EOT\n${1 ~}\n\n    2\nEOT\n"},
	{"marker, quoted string", `"${1 ~}\n\n    2\n"`},
}

func main() {
	for _, template := range templates {
		expression, diagnostics := hclsyntax.ParseExpression([]byte(template.text), "probe.hcl", hcl.InitialPos)
		if diagnostics.HasErrors() {
			panic(diagnostics)
		}
		value, diagnostics := expression.Value(nil)
		fmt.Printf("%s: %q %v\n", template.name, value.AsString(), diagnostics)
	}
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/hcl/v2/hclsyntax@v2.25.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/hcl/v2)"
seen=$(go run .)
want='no marker: "list:\n\n- 1\n\n- 2\n\n" no diagnostics
marker: "list:\n    - 1\n    - 2\n" no diagnostics
marker, plain heredoc: "1\n    2\n" no diagnostics
marker, quoted string: "12\n" no diagnostics'

echo 'expected  the list has no indentation, and the last two are "12\n"'
echo 'seen      the list is indented, and the heredoc keeps newline and spaces'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
