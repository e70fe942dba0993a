import { type SchemaSource, schemaOf } from '../dataframe/index.ts'
import { PipelineError, type Position } from '../errors/index.ts'
import { type ColumnDefinition, parseColumnDefinitions, printSparkExpression } from '../sql/index.ts'
import type { StructField, StructType } from '../types/data-type.ts'

/**
 * The schema that a definition declares for its table: columns as in CREATE TABLE, with GENERATED ALWAYS AS, DEFAULT, NOT NULL
 * and COMMENT, or a JSON file. Throws the parser's conditions.
 */
export function declaredSchema(source: SchemaSource): StructType {
  if (typeof source !== 'string' || /^\s*struct\s*</i.test(source)) return schemaOf(source)
  return schemaOfColumns(parseColumnDefinitions(source)) ?? schemaOf(source)
}

/** The schema of a list of columns; undefined where the list gives comments only. */
export function schemaOfColumns(columns: readonly ColumnDefinition[]): StructType | undefined {
  const fields: StructField[] = []
  for (const { name, dataType, isNullable, comment, defaultValue, generatedAs, identity } of columns) {
    if (dataType === undefined) return undefined
    if (identity !== undefined) throw identityInPipeline(identity.position)
    const metadata = {
      ...(comment === undefined ? {} : { comment }),
      ...(generatedAs === undefined ? {} : { 'delta.generationExpression': generatedAs.text }),
      ...(defaultValue === undefined ? {} : { CURRENT_DEFAULT: printSparkExpression(defaultValue) }),
    }
    fields.push({ name, dataType, nullable: isNullable, metadata })
  }
  return fields.length === 0 ? undefined : { kind: 'struct', fields }
}

/** Updates of a pipeline may repeat a batch, which would get other numbers the second time. */
function identityInPipeline(position: Position): PipelineError {
  const parameters = { clause: 'An IDENTITY column', alternative: 'Use uuid() or a key of the data.' }
  return new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', parameters, { position })
}
