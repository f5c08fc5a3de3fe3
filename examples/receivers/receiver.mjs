// A receiver that accepts only deliveries that the portal has signed.
//
//   WEBHOOK_SECRET=... PORT=8080 node receiver.mjs
//
// During a rotation, WEBHOOK_SECRET_PREVIOUS holds the previous secret.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS } = process.env;
const secrets = [WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS].filter(Boolean);

// The signature covers the exact bytes of the body, before anything parses them.
function isGenuine(body, header = "") {
  const given = Buffer.from(header.replace(/^sha256=/, ""), "hex");
  return secrets.some((secret) => {
    const expected = createHmac("sha256", secret).update(body).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (request.method !== "POST") {
      response.writeHead(200).end(); // the portal's probe
    } else if (!isGenuine(body, request.headers["x-docspace-signature-256"])) {
      response.writeHead(401).end();
    } else {
      response.writeHead(204).end(); // answer first, work later
      const { event } = JSON.parse(body);
      console.log(`event ${event.id}: ${event.trigger}`);
    }
  });
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on port ${server.address().port}`);
});
