import { PipelineError } from '../errors/index.ts'

/**
 * The parts of a dataset's or table's name: `sales.orders`, `` main.`my schema`.orders ``. A leading `LIVE.` is dropped,
 * as Databricks' default publishing mode does. Throws INVALID_TABLE_NAME for anything but one to three parts.
 */
export function parseTableName(name: string): string[] {
  // Types are stripped, not checked, when a definition file runs.
  const parts = typeof name === 'string' ? withoutLive(nameParts(name)) : []
  if (parts.length === 0 || parts.length > 3 || parts.includes('')) {
    throw new PipelineError('INVALID_TABLE_NAME', { name: String(name) })
  }
  return parts
}

/** The name without the pseudo-schema `LIVE` of the running pipeline. */
export function withoutLive(parts: readonly string[]): string[] {
  const isLive = parts.length > 1 && parts[0]!.toLowerCase() === 'live'
  return isLive ? parts.slice(1) : [...parts]
}

/** The name as it is written in SQL: parts that are not plain identifiers stand in backticks. */
export function formatTableName(parts: readonly string[]): string {
  return parts.map(quotedPart).join('.')
}

function quotedPart(part: string): string {
  return /^\w+$/.test(part) ? part : `\`${part.replaceAll('`', '``')}\``
}

/** Splits at dots outside backticks; a doubled backtick inside them is one. Empty for text that is no name. */
function nameParts(name: string): string[] {
  const part = /(?:`((?:[^`]|``)+)`|([^.`\s]+))(\.|$)/y
  const parts: string[] = []
  while (part.lastIndex < name.length) {
    const found = part.exec(name)
    if (found === null) return []
    parts.push(found[1]?.replaceAll('``', '`') ?? found[2]!)
  }
  return name.endsWith('.') ? [] : parts
}
