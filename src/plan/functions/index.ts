import type { FunctionDefinition } from './signature.ts'
import { stringFunctions } from './string.ts'

const tables: readonly (readonly FunctionDefinition[])[] = [stringFunctions]

const byName = new Map<string, FunctionDefinition>()
for (const table of tables) {
  for (const definition of table) {
    for (const name of [definition.name, ...(definition.aliases ?? [])]) byName.set(name, definition)
  }
}

/** The function of that name or alias, in any case. */
export function functionNamed(name: string): FunctionDefinition | undefined {
  return byName.get(name.toLowerCase())
}

/** All names and aliases, for suggestions and documentation. */
export function functionNames(): readonly string[] {
  return [...byName.keys()]
}
