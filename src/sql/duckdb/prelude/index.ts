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

/** Statements that create the prelude in the current database of a connection. */
export function preludeSql(): string {
  const created = macros.map(
    ({ name, parameters, body }) =>
      `CREATE OR REPLACE MACRO ${PRELUDE_SCHEMA}.${name}(${parameters.join(', ')}) AS ${body};`,
  )
  return [`CREATE SCHEMA IF NOT EXISTS ${PRELUDE_SCHEMA};`, ...created].join('\n')
}
