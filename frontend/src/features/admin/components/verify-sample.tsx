import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Segmented } from "@/components/ui/field";

/** With the libraries `standardwebhooks` of PyPI and npm, which refuse what is older than five minutes. */
const SAMPLES = {
  python: `import os
from flask import Flask, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["WEBHOOK_SECRET"])

@app.post("/crm-events")
def receive():
    try:
        event = webhook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return "", 401
    print(event["id"], event["type"], event["data"])
    return "", 204
`,
  node: `import express from "express";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const app = express();

app.post("/crm-events", express.raw({ type: "*/*" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.sendStatus(401);
  }
  console.log(event.id, event.type, event.data);
  response.sendStatus(204);
});

app.listen(3000);
`,
};

/** How a receiver verifies that an event is from here, and what it has to know besides. */
export function VerifySample() {
  const [language, setLanguage] = useState<keyof typeof SAMPLES>("python");
  return (
    <div className="grid gap-3 text-left">
      <p className="text-sm text-muted">
        <Trans>
          Each request is a CloudEvent as JSON, signed as Standard Webhooks says: HMAC-SHA256 over its id, the
          time and the body. Verify the body as it came, before anything reads it. Any status from 200 to 299
          says that you have it. An event may come twice: its header{" "}
          <code className="whitespace-nowrap">webhook-id</code> is the same then.
        </Trans>
      </p>
      <div>
        <Segmented
          label={t`Language of the sample`}
          value={language}
          choices={[
            { value: "python", label: t`Python` },
            { value: "node", label: t`Node.js` },
          ]}
          onChange={setLanguage}
        />
      </div>
      <Code label={t`How to verify a signature`} text={SAMPLES[language]} />
    </div>
  );
}

/** A text of a machine, which scrolls where it is too wide. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys
    <section aria-label={label} tabIndex={0} className="max-h-72 overflow-auto rounded-lg bg-sunken p-4">
      <pre dir="ltr" lang="en" className="w-max font-mono text-xs leading-5">
        {text}
      </pre>
    </section>
  );
}
