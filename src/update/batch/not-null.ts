import type { EngineSession, WrittenFile } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import { alias, attribute, call, conjunction } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import { type StructField, struct } from '../../types/data-type.ts'
import type { TableLayout } from '../tables/tables.ts'

/** A NOT NULL column, by its path from the root. */
interface Constraint {
  readonly path: readonly string[]
  readonly field: StructField
}

/**
 * Checks the NOT NULL columns of files before they become part of a table, as Delta does; a field of a struct holds NULL
 * only where the struct itself does not. Counts of NULLs come from what the engine knows of the files, which are read
 * again only for columns that have no such count. Throws DELTA_NOT_NULL_CONSTRAINT_VIOLATED.
 */
export async function checkNotNull(
  session: EngineSession,
  tableName: string,
  layout: TableLayout,
  files: readonly WrittenFile[],
): Promise<void> {
  const constraints = constraintsOf(layout.schema.fields, [])
  if (constraints.length === 0 || files.length === 0) return
  const isKnown = ({ path, field }: Constraint) => path.length === 1 && !isNested(field)
  const counts = new Map<Constraint, bigint>()
  for (const each of constraints.filter(isKnown)) counts.set(each, nullsOf(each.field.name, layout, files))
  const unknown = constraints.filter((each) => !isKnown(each))
  const counted = await countedNulls(session, unknown, layout, files)
  for (const [i, each] of unknown.entries()) counts.set(each, counted[i]!)
  for (const [{ path }, count] of counts) {
    if (count === 0n) continue
    const columnName = path.join('.')
    throw new PipelineError('DELTA_NOT_NULL_CONSTRAINT_VIOLATED', {
      columnName,
      tableName,
      count: `${count}`,
    })
  }
}

function constraintsOf(fields: readonly StructField[], parents: readonly string[]): Constraint[] {
  return fields.flatMap((field) => {
    const path = [...parents, field.name]
    const below = field.dataType.kind === 'struct' ? constraintsOf(field.dataType.fields, path) : []
    return field.nullable ? below : [{ path, field }, ...below]
  })
}

function isNested({ dataType }: StructField): boolean {
  return dataType.kind === 'struct' || dataType.kind === 'array' || dataType.kind === 'map'
}

function nullsOf(name: string, { partitionColumns }: TableLayout, files: readonly WrittenFile[]): bigint {
  const isPartition = partitionColumns.includes(name)
  return files.reduce((sum, file) => {
    if (isPartition) return file.partitionValues[name] === null ? sum + file.numRecords : sum
    const column = file.columns.find((each) => each.path.length === 1 && each.path[0] === name)
    return sum + (column?.nullCount ?? 0n)
  }, 0n)
}

async function countedNulls(
  session: EngineSession,
  constraints: readonly Constraint[],
  { schema, partitionColumns }: TableLayout,
  files: readonly WrittenFile[],
): Promise<readonly bigint[]> {
  if (constraints.length === 0) return []
  const inFiles = struct(schema.fields.filter((each) => !partitionColumns.includes(each.name)))
  const paths = files.map((each) => each.localPath)
  const [row] = await session.rows({
    kind: 'Aggregate',
    input: { kind: 'Scan', input: { kind: 'parquet', paths }, schema: inFiles },
    groupType: 'groupby',
    grouping: [],
    expressions: constraints.map(({ path }, i) => alias(call('count_if', isMissing(path)), `n${i}`)),
  })
  return row as readonly bigint[]
}

/** The value is NULL where all that it stands in are not. */
function isMissing(path: readonly string[]): Expression {
  const parents = path.slice(1).map((_, i) => call('isnotnull', attribute(...path.slice(0, i + 1))))
  return conjunction([...parents, call('isnull', attribute(...path))])
}
