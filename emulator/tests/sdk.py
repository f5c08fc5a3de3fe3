#!/usr/bin/env python3
"""Drives the emulator with ONLYOFFICE's own Python SDK, and checks a delivery's signature with Python's HMAC.

Optional, because it needs a package from PyPI:

    pip install docspace-api-sdk==3.7.0
    cargo build -p docspace-emulator
    python emulator/tests/sdk.py target/debug/docspace-emulator
"""

import datetime
import hashlib
import hmac
import http.server
import json
import subprocess
import sys
import threading
import urllib.request

import docspace_api_sdk as sdk
from docspace_api_sdk.api.api_keys.api_keys_api import ApiKeysApi
from docspace_api_sdk.api.people.profiles_api import ProfilesApi
from docspace_api_sdk.api.settings.common_settings_api import CommonSettingsApi
from docspace_api_sdk.api.settings.security_api import SecurityApi
from docspace_api_sdk.api.settings.webhooks_api import WebhooksApi
from docspace_api_sdk.exceptions import ApiException

SECRET = "S3cretKey-42"
KEY = "sk-sdk"

checks = 0


def check(condition, what):
    global checks
    assert condition, what
    checks += 1


class Receiver(http.server.BaseHTTPRequestHandler):
    received = []

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.received.append((self.headers["x-docspace-signature-256"], body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def control(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data=data)) as answer:
        return json.load(answer)


def drive(ready, receiver):
    client = sdk.ApiClient(sdk.Configuration(host=ready["base_url"], access_token=KEY))
    hooks = WebhooksApi(client)

    created = hooks.create_webhook(
        sdk.CreateWebhooksConfigRequestsDto(
            name="SDK", uri=receiver, secret_key=SECRET, enabled=True, ssl=False,
            triggers=sdk.WebhookTrigger.FileUploaded,
        )
    ).response
    check(created.id == 1 and created.triggers == 256, "create")
    check(created.ssl is True, "create stores true, whatever is sent")
    check(created.created_by.display_name == "Jane Admin", "the creator")

    listed = hooks.get_tenant_webhooks().response
    check([item.configs.id for item in listed] == [1], "list")
    check(listed[0].status == 0, "status")

    update = sdk.UpdateWebhooksConfigRequestsDto(
        id=1, name="SDK 2", uri=receiver, enabled=True, ssl=False, triggers=sdk.WebhookTrigger.All,
    )
    updated = hooks.update_webhook(update).response
    check(updated.name == "SDK 2" and updated.triggers == 0, "update")
    check(updated.modified_on is not None, "the date of modification")

    update.enabled = False
    check(hooks.enable_webhook(update).response.enabled is False, "switch off")
    update.enabled = True
    check(hooks.enable_webhook(update).response.enabled is True, "switch on")

    catalogue = hooks.get_webhook_triggers().response
    check(len(catalogue) == 37 and catalogue[0].name == "*", "catalogue")
    check(all(entry.available for entry in catalogue), "availability")

    control(ready["control_url"], "/events", {"trigger": "FileUploaded", "entity_id": "98765"})
    control(ready["control_url"], "/deliveries?settled_within_ms=30000")
    signature, body = Receiver.received[0]
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest().upper()
    check(hmac.compare_digest(signature, expected), "signature")

    journal = hooks.get_webhooks_logs(config_id=1, trigger=sdk.WebhookTrigger.FileUploaded)
    check([entry.status for entry in journal.response] == [200], "journal")
    check(journal.response[0].delivery is not None, "the time of delivery")
    for years, found in ((-1, 1), (1, 0)):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=365 * years)
        since = hooks.get_webhooks_logs(config_id=1, delivery_from=moment)
        check(len(since.response) == found, "a date in the query")
    check(hooks.retry_webhook(1).response.id == 2, "retry")
    retried = hooks.retry_webhooks(sdk.WebhookRetryRequestsDto(ids=[1, 99])).response
    check([entry.id for entry in retried] == [3], "batch retry")

    check(CommonSettingsApi(client).get_portal_settings().response.standalone is True, "settings")
    check(SecurityApi(client).get_password_settings().response.min_length == 8, "password policy")
    check(ProfilesApi(client).get_self_profile().response.is_owner is True, "the caller")

    # The SDK's enum holds single members below 2^31 only: a mask is beyond it, on a real portal as well.
    control(ready["control_url"], "/webhooks", {"name": "mask", "triggers": 384})
    try:
        hooks.get_tenant_webhooks()
        check(False, "the SDK has learned masks: revise this script")
    except ValueError as error:
        check("384" in str(error), "a mask is beyond the SDK")

    check(hooks.remove_webhook(1).response.id == 1, "delete")
    try:
        hooks.remove_webhook(1)
        check(False, "a second delete must fail")
    except ApiException as error:
        check(error.status == 404, "a second delete")


def drive_keys(ready):
    keys = ApiKeysApi(sdk.ApiClient(sdk.Configuration(host=ready["base_url"], access_token=KEY)))
    made = keys.create_api_key(
        sdk.CreateApiKeyRequestDto(name="SDK", permissions=["*:read"], expires_in_days=1)
    ).response
    check(made.key.startswith("sk-") and made.permissions == ["*:read"], "create a key")
    check(keys.get_api_key().response.is_active, "the key in use")
    check(len(keys.get_api_keys().response) == 2, "list keys")
    check("*:write" in keys.get_all_permissions().response, "permissions")
    change = sdk.UpdateApiKeyRequest(name="SDK 2", is_active=False)
    check(keys.update_api_key(made.id, change).response is True, "change a key")
    check(keys.delete_api_key(made.id).response is True, "delete a key")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program = subprocess.Popen(
        [sys.argv[1], "--api-key", KEY, "--allow-private-receivers", "--delivery-speed", "1000"],
        stdout=subprocess.PIPE,
    )
    try:
        ready = json.loads(program.stdout.readline())
        drive(ready, f"http://127.0.0.1:{server.server_port}/hook")
        drive_keys(ready)
    finally:
        program.terminate()
        program.wait()
        server.shutdown()
    print(f"{checks} checks passed with docspace-api-sdk {sdk.__version__}")


main()
