import { aggregateFunctions } from './aggregate.ts'
import { arithmeticFunctions } from './arithmetic.ts'
import { arrayFunctions } from './array.ts'
import { bitwiseFunctions } from './bitwise.ts'
import { comparisonFunctions } from './comparison.ts'
import { conditionalFunctions } from './conditional.ts'
import { averageOfParts, coreAggregates } from './core-aggregates.ts'
import { dateFunctions } from './date.ts'
import { elementFunctions } from './element.ts'
import { encodingFunctions } from './encoding.ts'
import { formatFunctions } from './format.ts'
import { generatorFunctions } from './generator.ts'
import { groupingFunctions } from './grouping.ts'
import { higherOrderFunctions } from './higher-order.ts'
import { jsonFunctions } from './json.ts'
import { mapFunctions } from './map.ts'
import { mathFunctions } from './math.ts'
import { metadataFunctions } from './metadata.ts'
import { nestedOrderFunctions } from './nested-order.ts'
import { regexpFunctions } from './regexp.ts'
import { roundingFunctions } from './rounding.ts'
import { sequenceFunctions } from './sequence.ts'
import type { FunctionDefinition } from './signature.ts'
import { stringFunctions } from './string.ts'
import { structFunctions } from './struct.ts'
import { timeWindowFunctions } from './time-window.ts'
import { timestampFunctions } from './timestamp.ts'
import { tryArithmeticFunctions } from './try-arithmetic.ts'
import { windowFunctions } from './window.ts'

const tables: readonly (readonly FunctionDefinition[])[] = [
  aggregateFunctions,
  arrayFunctions,
  conditionalFunctions,
  dateFunctions,
  encodingFunctions,
  formatFunctions,
  groupingFunctions,
  higherOrderFunctions,
  jsonFunctions,
  mapFunctions,
  mathFunctions,
  metadataFunctions,
  regexpFunctions,
  roundingFunctions,
  sequenceFunctions,
  structFunctions,
  timestampFunctions,
  tryArithmeticFunctions,
  windowFunctions,
  arithmeticFunctions,
  bitwiseFunctions,
  comparisonFunctions,
  averageOfParts,
  coreAggregates,
  elementFunctions,
  generatorFunctions,
  nestedOrderFunctions,
  stringFunctions,
  timeWindowFunctions,
]

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
