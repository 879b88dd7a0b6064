#!/usr/bin/env node
// Checks requests as a receiver of webhooks would, with the reference library of Standard Webhooks.
//
//     verify_webhook.cjs RECEIVED.json
//
// RECEIVED.json: {"secret": "whsec_…", "requests": [{"headers": {…}, "body": "…"}]}. A body that was changed must be refused.

const { readFileSync } = require("node:fs");
const { Webhook } = require("standardwebhooks");

const received = JSON.parse(readFileSync(process.argv[2], "utf8"));
const webhook = new Webhook(received.secret);
let refused = 0;
for (const { headers, body } of received.requests) {
  webhook.verify(body, headers);
  try {
    webhook.verify(body.replace("{", "{ "), headers);
  } catch {
    refused += 1;
  }
}
const count = received.requests.length;
if (refused !== count) {
  throw new Error("a forgery was taken");
}
console.log(`${count} verified, ${refused} forgeries refused`);
