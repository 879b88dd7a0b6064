#!/usr/bin/env python3
"""Checks requests as a receiver of webhooks would, with the reference library of Standard Webhooks.

    verify_webhook.py RECEIVED.json

RECEIVED.json: {"secret": "whsec_…", "requests": [{"headers": {…}, "body": "…"}]}. A body that was changed must be refused.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

with open(sys.argv[1], encoding="utf-8") as file:
    received = json.load(file)
webhook = Webhook(received["secret"])
for request in received["requests"]:
    webhook.verify(request["body"], request["headers"])
    try:
        webhook.verify(request["body"].replace("{", "{ ", 1), request["headers"])
    except WebhookVerificationError:
        continue
    sys.exit("a forgery was taken")
count = len(received["requests"])
print(f"{count} verified, {count} forgeries refused")
