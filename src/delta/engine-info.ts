import { readFileSync } from 'node:fs'

let cached: string | undefined

/** `Millrace/<version>`, how commits name their writer. */
export function engineInfo(): string {
  cached ??= `Millrace/${packageVersion()}`
  return cached
}

/** The version of this package. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
