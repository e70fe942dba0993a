/** Stands where a secret was. */
const REDACTED = '[REDACTED]'

/** The same plain data without the secrets: in texts wherever they occur, in names as well as in values. */
export function redacted<Data>(data: Data, secrets: readonly string[]): Data {
  const hidden = secrets.filter((each) => each !== '')
  return hidden.length === 0 ? data : (withoutSecrets(data, hidden) as Data)
}

function withoutSecrets(data: unknown, secrets: readonly string[]): unknown {
  if (typeof data === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), data)
  if (Array.isArray(data)) return data.map((each) => withoutSecrets(each, secrets))
  if (typeof data !== 'object' || data === null) return data
  const fields = Object.entries(data).map(([name, value]) => [
    withoutSecrets(name, secrets),
    withoutSecrets(value, secrets),
  ])
  return Object.fromEntries(fields)
}
