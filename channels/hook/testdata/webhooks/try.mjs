// Reads a list of deliveries as JSON, {library, secret, id, at, body, headers}: one without
// headers is signed, one with headers is verified. Writes the list with the headers that
// were made, and with "error" where a library refused.
import { readFileSync } from 'node:fs'
import * as standard from 'standardwebhooks'
import * as svix from 'svix'

const libraries = {
  standardwebhooks: { Webhook: standard.Webhook, prefix: 'webhook' },
  svix: { Webhook: svix.Webhook, prefix: 'svix' },
}

const told = JSON.parse(readFileSync(0)).map((d) => {
  const { Webhook, prefix } = libraries[d.library]
  try {
    const webhook = new Webhook(d.secret)
    if (d.headers) {
      webhook.verify(d.body, d.headers)
      return d
    }
    const headers = {
      [`${prefix}-id`]: d.id,
      [`${prefix}-timestamp`]: String(d.at),
      [`${prefix}-signature`]: webhook.sign(d.id, new Date(d.at * 1000), d.body),
    }
    return { ...d, headers }
  } catch (e) {
    return { ...d, error: String(e) }
  }
})
process.stdout.write(JSON.stringify(told))
