import { callSite } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { DefinitionOrigin } from './definition.ts'

/** The place in the user's file of the definition being made. */
export function originHere(): DefinitionOrigin {
  return { language: 'typescript', position: callSite() ?? { line: 1, column: 1 } }
}

/** Runs a definition, so that its errors have its place. */
export function locating<Result>({ position }: DefinitionOrigin, body: () => Result): Result {
  try {
    return body()
  } catch (error) {
    // Places inside of a text option, such as a schema, are counted from the start of that text.
    if (error instanceof PipelineError) error.position = position
    throw error
  }
}
