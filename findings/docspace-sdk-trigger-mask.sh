#!/usr/bin/env bash
# The DocSpace SDK for Python cannot represent a webhook with two triggers.
#
# Expected: the members of WebhookTrigger are powers of two, and a portal stores the sum of those that are selected:
# 128 (file.created) and 256 (file.uploaded) make 384. A client of that portal reads and sends such sums.
# What happens: `triggers` is a closed enum of the single members. A sum raises a ValidationError, both in a webhook
# that the portal returns and in the request that would create one; `|` on two members gives an int that no model
# accepts.
# Why it matters: as soon as the portal or Terraform has created one webhook with two triggers, the SDK can no longer
# list any webhook of that portal. A script that shares a portal with Terraform has to read the list as plain JSON.
# Seen with docspace-api-sdk 3.7.0, pydantic 2.14.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docspace-api-sdk==3.7.0 pydantic==2.14.4
echo "version   docspace-api-sdk $(venv/bin/pip show docspace-api-sdk | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import warnings

warnings.simplefilter("ignore")
from docspace_api_sdk import CreateWebhooksConfigRequestsDto, WebhooksConfigDto, WebhookTrigger
from docspace_api_sdk import WebhooksConfigWithStatusArrayWrapper
from pydantic import ValidationError


def outcome(build):
    try:
        return repr(build().triggers)
    except ValidationError as error:
        return f"ValidationError: {error.errors()[0]['type']} at {error.errors()[0]['loc'][0]}"


both = WebhookTrigger.FileCreated | WebhookTrigger.FileUploaded
print("FileCreated | FileUploaded:", repr(both))
for mask in (128, both):
    answer = {"id": 1, "name": "ci", "uri": "https://example.com/hook", "triggers": mask}
    print(f"answer with {mask}:", outcome(lambda: WebhooksConfigDto.from_dict(answer)))
    request = {"name": "ci", "uri": "https://example.com/hook", "triggers": mask}
    print(f"request with {mask}:", outcome(lambda: CreateWebhooksConfigRequestsDto(**request)))

webhooks = [{"configs": {"id": id, "triggers": mask}} for id, mask in enumerate((128, both))]
try:
    print("list:", len(WebhooksConfigWithStatusArrayWrapper.from_dict({"response": webhooks}).response))
except ValidationError as error:
    print("list: ValidationError")
EOF
seen=$(venv/bin/python probe.py)
want='FileCreated | FileUploaded: 384
answer with 128: <WebhookTrigger.FileCreated: 128>
request with 128: <WebhookTrigger.FileCreated: 128>
answer with 384: ValidationError: enum at triggers
request with 384: ValidationError: enum at triggers
list: ValidationError'

echo 'expected  384 is read and sent as the two triggers it stands for'
echo 'seen      384 is refused in both directions, and with it the whole list it is in'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
