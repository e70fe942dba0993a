import { fieldNamed, type StructField, type StructType, struct } from '../../types/data-type.ts'
import type { WrittenDataFile } from '../files/written-file.ts'
import { type Identity, identityMetadata, identityOf } from '../schema/column-rules.ts'
import type { Metadata } from '../schema/metadata.ts'

/** The last value given to each identity column, by the column's name, where rows moved it. */
export type IdentityMarks = Readonly<Record<string, bigint>>

/**
 * How far the rows of files move the marks of a table's identity columns. Columns that the rows brought values for move
 * none, as in Spark: that is what ALTER COLUMN ... SYNC IDENTITY is for.
 */
export function identityMarks(
  files: readonly WrittenDataFile[],
  { schema }: Pick<Metadata, 'schema'>,
  given: readonly string[] = [],
): IdentityMarks {
  const marks: Record<string, bigint> = {}
  for (const field of schema.fields) {
    const identity = identityOf(field)
    if (identity === undefined || given.includes(field.name)) continue
    for (const value of extremes(field, identity, files)) {
      const mark = atOrBeyond(value, identity)
      if (isBeyond(mark, marks[field.name] ?? identity.highWaterMark, identity)) marks[field.name] = mark
    }
  }
  return marks
}

export function identityColumns({ fields }: StructType): string[] {
  return fields.filter((each) => identityOf(each) !== undefined).map(({ name }) => name)
}

/** The identity columns that a query brings values for. */
export function givenIdentities(schema: StructType, given: StructType): string[] {
  return identityColumns(schema).filter((name) => fieldNamed(given, name) !== undefined)
}

/** The schema with its marks moved; marks never move back. */
export function withIdentityMarks(schema: StructType, marks: IdentityMarks): StructType {
  return struct(
    schema.fields.map((field) => {
      const identity = identityOf(field)
      const mark = marks[field.name]
      if (identity === undefined || mark === undefined || !isBeyond(mark, identity.highWaterMark, identity))
        return field
      return {
        ...field,
        metadata: { ...field.metadata, ...identityMetadata({ ...identity, highWaterMark: mark }) },
      }
    }),
  )
}

/** The schema as if no row had been numbered yet. */
export function withoutIdentityMarks(schema: StructType): StructType {
  return struct(
    schema.fields.map((field) => {
      const { 'delta.identity.highWaterMark': _mark, ...metadata } = field.metadata
      return { ...field, metadata }
    }),
  )
}

/** The value of each file that lies furthest in the direction of the step. */
function extremes(field: StructField, { step }: Identity, files: readonly WrittenDataFile[]): bigint[] {
  const { name } = field
  return files.flatMap((file) => {
    const column = file.columns.find((each) => each.path.length === 1 && each.path[0] === name)
    const text = file.partitionValues[name] ?? (step > 0n ? column?.max : column?.min)
    return text === undefined ? [] : [BigInt(text)]
  })
}

/** The first value of the sequence at or behind one that rows brought themselves. */
function atOrBeyond(value: bigint, { start, step }: Identity): bigint {
  const steps = (value - start) / step
  const reached = start + steps * step
  return isShort(reached, value, step) ? reached + step : reached
}

function isShort(reached: bigint, value: bigint, step: bigint): boolean {
  return step > 0n ? reached < value : reached > value
}

/** Beyond the mark; without one, any value of the sequence from its start on. */
function isBeyond(value: bigint, mark: bigint | undefined, { start, step }: Identity): boolean {
  return isShort(mark ?? start - step, value, step)
}
