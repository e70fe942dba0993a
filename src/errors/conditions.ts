import { autoCdcConditions } from './conditions/auto-cdc.ts'
import { catalogConditions } from './conditions/catalog.ts'
import { cliConditions } from './conditions/cli.ts'
import { deltaConditions } from './conditions/delta.ts'
import { deltaChangesConditions } from './conditions/delta-changes.ts'
import { deltaMaintenanceConditions } from './conditions/delta-maintenance.ts'
import { deltaSchemaConditions } from './conditions/delta-schema.ts'
import { deltaWritesConditions } from './conditions/delta-writes.ts'
import { engineConditions } from './conditions/engine.ts'
import { eventLogConditions } from './conditions/event-log.ts'
import { functionConditions } from './conditions/function.ts'
import { graphConditions } from './conditions/graph.ts'
import { queryConditions } from './conditions/query.ts'
import { sourceConditions } from './conditions/source.ts'
import { sqlConditions } from './conditions/sql.ts'
import { updateConditions } from './conditions/update.ts'

/**
 * Every condition that Millrace can raise, by area. Where Apache Spark or Databricks has the condition, its name and
 * SQLSTATE are theirs. `{holes}` in message and hint are the parameters, checked by the type system.
 */
export const conditions = {
  ...sqlConditions,
  ...queryConditions,
  ...functionConditions,
  ...graphConditions,
  ...autoCdcConditions,
  ...catalogConditions,
  ...deltaConditions,
  ...deltaMaintenanceConditions,
  ...deltaChangesConditions,
  ...deltaWritesConditions,
  ...deltaSchemaConditions,
  ...sourceConditions,
  ...engineConditions,
  ...updateConditions,
  ...eventLogConditions,
  ...cliConditions,
} as const

export type Condition = keyof typeof conditions

type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Holes<Rest>
  : never

type TextOf<C extends Condition> =
  | (typeof conditions)[C]['message']
  | ((typeof conditions)[C] extends { hint: infer Hint extends string } ? Hint : never)

/** The parameters that a condition's message and hint name. */
export type ParametersOf<C extends Condition> = { readonly [Name in Holes<TextOf<C>>]: string }
