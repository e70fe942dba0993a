import { type Condition, conditions, type ParametersOf } from './conditions.ts'
import type { Position } from './position.ts'

/** What an error may carry beside its condition and parameters. */
export interface ErrorContext {
  /** Where in the user's files the cause stands. */
  readonly position?: Position
  /** The fully qualified dataset or flow that failed. */
  readonly dataset?: string
  readonly cause?: unknown
}

/**
 * The one error class of Millrace: a catalogued condition with its named parameters.
 * A parameter that the condition's text needs and the call leaves out does not compile.
 */
export class PipelineError<C extends Condition = Condition> extends Error {
  override readonly name = 'PipelineError'
  readonly condition: C
  readonly parameters: Readonly<Record<string, string>>
  readonly hint: string | undefined
  readonly sqlState: string
  position: Position | undefined
  dataset: string | undefined

  constructor(condition: C, parameters: ParametersOf<C>, context: ErrorContext = {}) {
    const entry: CatalogueEntry = conditions[condition]
    const values = parameters as Readonly<Record<string, string>>
    super(fill(entry.message, values), context.cause === undefined ? undefined : { cause: context.cause })
    this.condition = condition
    this.parameters = values
    this.hint = entry.hint === undefined ? undefined : fill(entry.hint, values)
    this.sqlState = entry.sqlState
    this.position = context.position
    this.dataset = context.dataset
  }

  /** Adds what an inner layer could not know, without overwriting what it did. */
  at(context: { position?: Position; dataset?: string }): this {
    this.position ??= context.position
    this.dataset ??= context.dataset
    return this
  }
}

interface CatalogueEntry {
  readonly message: string
  readonly hint?: string
  readonly sqlState: string
}

/** True when `error` is a PipelineError of that condition. */
export function isCondition<C extends Condition>(error: unknown, condition: C): error is PipelineError<C> {
  return error instanceof PipelineError && error.condition === condition
}

function fill(text: string, parameters: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => parameters[name] ?? hole)
}
