import { type Condition, conditions } from '../../../errors/index.ts'

/**
 * A DuckDB expression that fails the query with a condition. Parameters are SQL expressions; the raised text is
 * `CONDITION|name=value|name=value`, which `raisedCondition` reads back.
 */
export function raise(condition: Condition, parameters: Readonly<Record<string, string>> = {}): string {
  const parts = Object.entries(parameters).map(
    ([name, sql]) => ` || '|${name}=' || coalesce((${sql})::VARCHAR, 'NULL')`,
  )
  return `error('${condition}'${parts.join('')})`
}

/** The condition and parameters in a message of DuckDB that `raise` made; undefined for any other message. */
export function raisedCondition(
  message: string,
): { readonly condition: Condition; readonly parameters: Readonly<Record<string, string>> } | undefined {
  const found = /(?:^|[\s:])([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)?)((?:\|\w+=[\s\S]*)?)$/.exec(message.trim())
  if (found === null || !Object.hasOwn(conditions, found[1]!)) return undefined
  const parts = found[2]!.split(parameterStart(found[1] as Condition)).filter((part) => part !== '')
  const parameters = Object.fromEntries(
    parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  )
  return { condition: found[1] as Condition, parameters }
}

/** Where a parameter of the condition begins; a value may hold the same signs with other words. */
function parameterStart(condition: Condition): RegExp {
  const entry: { readonly message: string; readonly hint?: string } = conditions[condition]
  const holes = `${entry.message} ${entry.hint ?? ''}`.matchAll(/\{(\w+)\}/g)
  return new RegExp(`\\|(?=(?:${[...holes].map(([, name]) => name).join('|')})=)`)
}
