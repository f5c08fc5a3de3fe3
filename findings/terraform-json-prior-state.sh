#!/usr/bin/env bash
# terraform-json rounds the numbers in a plan's prior state, even with UseJSONNumber.
#
# Expected: Plan.UseJSONNumber(true) is documented to decode the plan with json.Number instead of float64, so that no
# number is rounded. The prior state is part of the plan's JSON.
# What happens: planned values and changes have a json.Number with every digit, but the prior state has a float64,
# rounded above 2^53. State has the same switch, but Plan does not set it for the state inside, so UnmarshalJSON of
# State runs with the default.
# Why it matters: a tool that compares the prior with the planned state finds a change in every large number that stays
# the same. Decode prior_state separately, with State.UseJSONNumber(true).
# Seen with terraform-json 0.29.0.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go <<'EOF'
package main

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
)

const values = `{"outputs": {"mask": {"sensitive": false, "type": "number", "value": 9007199254740993}}}`

const text = `{
  "format_version": "1.2",
  "terraform_version": "1.15.5",
  "planned_values": ` + values + `,
  "prior_state": {"format_version": "1.0", "terraform_version": "1.15.5", "values": ` + values + `}
}`

func main() {
	for _, use := range []bool{false, true} {
		var plan tfjson.Plan
		plan.UseJSONNumber(use)
		if err := json.Unmarshal([]byte(text), &plan); err != nil {
			panic(err)
		}
		planned := plan.PlannedValues.Outputs["mask"].Value
		prior := plan.PriorState.Values.Outputs["mask"].Value
		fmt.Printf("UseJSONNumber %t: planned %T %v, prior %T %v\n", use, planned, digits(planned), prior, digits(prior))
	}
}

func digits(value any) string {
	if number, ok := value.(float64); ok {
		return fmt.Sprintf("%.0f", number)
	}
	return fmt.Sprint(value)
}
EOF
go mod init probe 2> /dev/null
go get github.com/hashicorp/terraform-json@v0.29.0 2> /dev/null
echo "version   $(go list -m github.com/hashicorp/terraform-json)"
seen=$(go run .)
want='UseJSONNumber false: planned float64 9007199254740992, prior float64 9007199254740992
UseJSONNumber true: planned json.Number 9007199254740993, prior float64 9007199254740992'

echo 'expected  with UseJSONNumber, both are json.Number 9007199254740993'
echo 'seen      the prior state is a rounded float64'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
