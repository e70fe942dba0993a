import { aggregateMacros } from './aggregate.ts'
import { arithmeticMacros, timeWindowMacros } from './arithmetic.ts'
import { arrayMacros } from './array.ts'
import { castMacros } from './cast.ts'
import { conditionalMacros } from './conditional.ts'
import { datetimeMacros } from './datetime.ts'
import { jsonMacros } from './json.ts'
import type { Macro } from './macro.ts'
import { mapMacros } from './map.ts'
import { mathMacros } from './math.ts'
import { stringMacros } from './string.ts'

/** Every macro of the prelude; one comes after those that it calls. */
export const macros: readonly Macro[] = [
  ...arithmeticMacros,
  ...timeWindowMacros,
  ...castMacros,
  ...stringMacros,
  ...aggregateMacros,
  ...arrayMacros,
  ...conditionalMacros,
  ...datetimeMacros,
  ...jsonMacros,
  ...mapMacros,
  ...mathMacros,
]

/** The schema that holds the prelude. Printed SQL names its macros with it, so nothing depends on `search_path`. */
export const PRELUDE_SCHEMA = 'millrace'

/** The statement that creates a macro in the current database of a connection; the schema must be there. */
export function createMacroSql({ name, parameters, body }: Macro): string {
  return `CREATE OR REPLACE MACRO ${PRELUDE_SCHEMA}.${name}(${parameters.join(', ')}) AS ${body};`
}

/** Statements that create the whole prelude. */
export function preludeSql(): string {
  return [`CREATE SCHEMA IF NOT EXISTS ${PRELUDE_SCHEMA};`, ...macros.map(createMacroSql)].join('\n')
}
