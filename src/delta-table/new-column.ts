import type { NewColumn } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import { type ColumnDefinition, printSparkExpression } from '../sql/index.ts'
import type { StructField } from '../types/data-type.ts'

/** A column as SQL defines it, inside of the structs `parent`. Throws PARSE_SYNTAX_ERROR for one without a type. */
export function newColumn(definition: ColumnDefinition, parent: readonly string[] = []): NewColumn {
  const { name, dataType, comment, defaultValue, generatedAs, identity, position } = definition
  if (dataType === undefined) {
    const parameters = {
      error: `'${name}'`,
      expected: 'a type behind the name of the column',
      suggestion: '',
    }
    throw new PipelineError('PARSE_SYNTAX_ERROR', parameters, { position })
  }
  return {
    path: [...parent, name],
    dataType,
    nullable: definition.isNullable,
    ...(comment !== undefined && { comment }),
    ...(defaultValue !== undefined && { defaultValue: printSparkExpression(defaultValue) }),
    ...(generatedAs !== undefined && { generatedAs: generatedAs.text }),
    ...(identity !== undefined && {
      identity: {
        start: identity.start,
        step: identity.step,
        allowExplicitInsert: identity.allowExplicitInsert,
      },
    }),
  }
}

/** A column that another table has, as CREATE TABLE ... LIKE takes it over. */
export function columnLike({ name, dataType, nullable, metadata }: StructField): NewColumn {
  const text = (key: string) => (typeof metadata[key] === 'string' ? metadata[key] : undefined)
  const [comment, defaultValue] = [text('comment'), text('CURRENT_DEFAULT')]
  const generatedAs = text('delta.generationExpression')
  const identity = identityOf(metadata)
  return {
    path: [name],
    dataType,
    nullable,
    ...(comment !== undefined && { comment }),
    ...(defaultValue !== undefined && { defaultValue }),
    ...(generatedAs !== undefined && { generatedAs }),
    ...(identity !== undefined && { identity }),
  }
}

function identityOf(metadata: StructField['metadata']): NewColumn['identity'] {
  const [start, step] = [metadata['delta.identity.start'], metadata['delta.identity.step']]
  if (start === undefined || step === undefined) return undefined
  return {
    start: BigInt(String(start)),
    step: BigInt(String(step)),
    allowExplicitInsert: metadata['delta.identity.allowExplicitInsert'] === true,
  }
}
