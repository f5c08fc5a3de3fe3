"""A receiver that accepts only deliveries that the portal has signed.

    WEBHOOK_SECRET=... PORT=8080 python3 receiver.py

During a rotation, WEBHOOK_SECRET_PREVIOUS holds the previous secret.
"""

import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VARIABLES = ("WEBHOOK_SECRET", "WEBHOOK_SECRET_PREVIOUS")
SECRETS = [os.environ[name].encode() for name in VARIABLES if os.environ.get(name)]


def is_genuine(body: bytes, header: str) -> bool:
    """Checks the exact bytes of the body; the portal sends the digits in upper case."""
    given = header.lower().encode()
    expected = ("sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in SECRETS)
    return any(hmac.compare_digest(given, digits.encode()) for digits in expected)


class Receiver(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.answer(200)  # the portal's probe

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(body, self.headers.get("x-docspace-signature-256", "")):
            self.answer(401)
            return
        self.answer(204)  # answer first, work later
        event = json.loads(body)["event"]
        print(f"event {event['id']}: {event['trigger']}", flush=True)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 0))), Receiver)
print(f"listening on port {server.server_port}", flush=True)
server.serve_forever()
