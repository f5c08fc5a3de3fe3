#!/usr/bin/env bash
# The DocSpace SDK for Python cannot convert a response with a date back to JSON.
#
# Expected: each model has from_json and to_json, documented as "the JSON representation of the model", so what was
# read can be written to a file or a log, dates included.
# What happens: reading a webhook with a `createdOn` turns the date into a datetime, which the standard json module
# does not accept, so the webhook's to_json raises a TypeError. The dates of an API key use another model, ApiDateTime,
# whose fields count as read-only: its to_json raises nothing and writes an empty object.
# Why it matters: a portal sends a date with every webhook and key. A script that dumps an inventory with to_json, to
# compare it with what Terraform manages, stops at the first webhook, and silently loses the dates of keys.
# Seen with docspace-api-sdk 3.7.0, pydantic 2.14.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docspace-api-sdk==3.7.0 pydantic==2.14.4
echo "version   docspace-api-sdk $(venv/bin/pip show docspace-api-sdk | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import json
import warnings

warnings.simplefilter("ignore")
from docspace_api_sdk import ApiDateTime, WebhooksConfigDto


def outcome(model, text, field):
    read = model.from_json(text)
    try:
        return json.loads(read.to_json()).get(field, "left out")
    except TypeError as error:
        return f"TypeError: {error}"


print("webhook:", outcome(WebhooksConfigDto, '{"id": 1, "name": "ci"}', "name"))
print("webhook with a date:", outcome(WebhooksConfigDto, '{"id": 1, "createdOn": "2026-11-29T07:04:02Z"}', "createdOn"))
print("date of a key:", outcome(ApiDateTime, '{"utcTime": "2026-11-29T07:04:02Z"}', "utcTime"))
EOF
seen=$(venv/bin/python probe.py)
want='webhook: ci
webhook with a date: TypeError: Object of type datetime is not JSON serializable
date of a key: left out'

echo 'expected  to_json writes the date that from_json has read'
echo 'seen      a TypeError for a webhook, an empty object for a date of a key'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
