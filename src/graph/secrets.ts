import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PipelineError } from '../errors/index.ts'
import type { PipelineProject } from './project.ts'

/** Where the value of a secret is kept: an environment variable, or a file of which the trailing line end is cut. */
export type SecretSource = { readonly env: string } | { readonly file: string }

const REFERENCE = /\$\{secret:([^}]+)\}/g

/**
 * A reference to a secret, for options of sources: `option('token', secret('CRM_TOKEN'))`. The value is
 * looked up where it is used and stands in no plan, log or message. In SQL: `${secret:CRM_TOKEN}`.
 */
export function secret(name: string): string {
  return `\${secret:${name}}`
}

/**
 * Options with the values of the secrets that they refer to, for the one who opens the source. A secret's value comes from where
 * `secrets:` in the spec says, else from the environment variable of its name. Throws SECRET_NOT_FOUND.
 */
export function revealSecrets(
  options: Readonly<Record<string, string>>,
  project: PipelineProject,
): Readonly<Record<string, string>> {
  const reveal = (text: string) => text.replace(REFERENCE, (_, name: string) => secretValue(name, project))
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, reveal(value)]))
}

function secretValue(name: string, { folder, spec }: PipelineProject): string {
  const source = spec.secrets[name] ?? { env: name }
  if ('file' in source) return fileValue(name, resolve(folder, source.file))
  const value = process.env[source.env]
  if (value !== undefined) return value
  throw new PipelineError('SECRET_NOT_FOUND', {
    name,
    reason: `the environment variable ${source.env} is not set`,
  })
}

function fileValue(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new PipelineError(
      'SECRET_NOT_FOUND',
      { name, reason: `the file ${path} cannot be read` },
      { cause },
    )
  }
}
