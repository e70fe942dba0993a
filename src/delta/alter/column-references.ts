import { PipelineError } from '../../errors/index.ts'
import { alias, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import { canImplicitlyCast } from '../../types/cast-rules.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { RowEngine } from '../row-engine.ts'
import { CONSTRAINT_PREFIX, generationExpressionOf } from '../schema/column-rules.ts'
import type { ColumnPath } from '../schema/edit-schema.ts'
import type { Metadata } from '../schema/metadata.ts'

/**
 * Refuses to change a column that a CHECK constraint or a generated column is computed from.
 * Throws DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE and DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE.
 */
export function checkNotReferenced(
  { configuration, schema }: Metadata,
  engine: RowEngine,
  path: ColumnPath,
  operation: 'drop' | 'rename' | 'alter',
): void {
  const names = (text: string) => namesColumn(engine.parseExpression(text), path)
  const columnName = path.join('.')
  const constraints = Object.entries(configuration)
    .filter(([key, text]) => key.startsWith(CONSTRAINT_PREFIX) && names(text))
    .map(([key, text]) => `${key.slice(CONSTRAINT_PREFIX.length)} -> ${text}`)
  if (constraints.length > 0) {
    const parameters = { operation, columnName, constraints: constraints.join('\n') }
    throw new PipelineError('DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE', parameters)
  }
  const generated = schema.fields.flatMap((each) => {
    const text = generationExpressionOf(each)
    return text !== undefined && names(text) ? [`${each.name} -> ${text}`] : []
  })
  if (generated.length > 0) {
    const parameters = { operation, columnName, generatedColumns: generated.join('\n') }
    throw new PipelineError('DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE', parameters)
  }
}

/**
 * Checks the expressions of a table's generated columns: they exist, name no other generated column and give the column's
 * type. Throws DELTA_INVALID_GENERATED_COLUMN_REFERENCES, DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH, the analyzer's
 * conditions.
 */
export function checkGeneratedColumns({ schema }: Metadata, engine: RowEngine): void {
  const generated = schema.fields.filter((each) => generationExpressionOf(each) !== undefined)
  for (const field of generated) {
    const expression = engine.parseExpression(generationExpressionOf(field)!)
    const others = generated.filter((each) => namesColumn(expression, [each.name])).map((each) => each.name)
    if (others.length > 0) {
      const parameters = { columnName: field.name, references: others.join(', ') }
      throw new PipelineError('DELTA_INVALID_GENERATED_COLUMN_REFERENCES', parameters)
    }
    const type = typeOf(expression, schema, engine)
    if (canImplicitlyCast(type, field.dataType)) continue
    throw new PipelineError('DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH', {
      columnName: field.name,
      expressionType: printSqlType(type),
      columnType: printSqlType(field.dataType),
    })
  }
}

/** The type of an expression over a table's columns. Throws the analyzer's conditions. */
export function typeOf(expression: Expression, schema: StructType, engine: RowEngine): DataType {
  const rows = { kind: 'Scan', input: { kind: 'parquet', paths: [] }, schema } as const
  const { fields } = engine.schemaOf(project(rows, [alias(expression, 'value')]))
  return fieldNamed({ kind: 'struct', fields }, 'value')!.dataType
}

/** Whether the column, a part of it, or what it is part of is named. */
function namesColumn(expression: Expression, path: ColumnPath): boolean {
  const wanted = path.map((each) => each.toLowerCase())
  for (const node of walkExpression(expression)) {
    if (node.kind !== 'UnresolvedAttribute') continue
    const common = Math.min(node.parts.length, wanted.length)
    if (node.parts.slice(0, common).every((part, i) => part.toLowerCase() === wanted[i])) return true
  }
  return false
}
