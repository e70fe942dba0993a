import { type DataType, field, LONG, type StructType, struct } from '../../types/data-type.ts'
import { indexedLeaves } from '../files/statistics.ts'
import { hasBounds } from '../files/statistics-bounds.ts'
import type { Metadata } from '../schema/metadata.ts'
import { physicalNaming } from '../schema/physical-name.ts'
import { checkpointStatisticsOf } from '../schema/table-properties.ts'
import type { AddFile, CheckpointedFile } from './actions.ts'

/** Types of the columns in which checkpoints repeat statistics and partition values, so that readers need not parse them. */
export interface ParsedColumns {
  readonly stats: StructType
  readonly partitionValues?: StructType
}

/** The columns of a table's checkpoints (PROTOCOL.md, Checkpoint Schema), or undefined where it does not ask for them. */
export function parsedColumnsOf(metadata: Metadata): ParsedColumns | undefined {
  if (!checkpointStatisticsOf(metadata).struct) return undefined
  const leaves = indexedLeaves(metadata)
  const bounds = treeType(leaves.filter(({ type }) => hasBounds(type)))
  const nullCount = treeType(leaves.map((leaf) => ({ ...leaf, type: LONG })))
  const stats = struct([
    field('numRecords', LONG),
    ...(bounds ? [field('minValues', bounds), field('maxValues', bounds)] : []),
    ...(nullCount ? [field('nullCount', nullCount)] : []),
  ])
  const nameOf = physicalNaming(metadata)
  const partitions = metadata.partitionColumns
    .map((name) => metadata.schema.fields.find((each) => each.name === name)!)
    .filter((each) => each.dataType.kind !== 'binary')
    .map((each) => field(nameOf(each), each.dataType))
  return partitions.length > 0 ? { stats, partitionValues: struct(partitions) } : { stats }
}

/** A file with these columns, its values still texts, which the engine casts; without the JSON text where that is off. */
export function withParsedColumns(
  file: AddFile,
  columns: ParsedColumns,
  metadata: Metadata,
): CheckpointedFile {
  const { stats, ...rest } = file
  return {
    ...(checkpointStatisticsOf(metadata).json ? file : rest),
    ...(stats != null && { stats_parsed: textValues(stats) }),
    ...(columns.partitionValues && { partitionValues_parsed: file.partitionValues }),
  }
}

/** Statistics with the source text of each number, so that decimals keep their digits. */
function textValues(stats: string): object {
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source: string }) => unknown,
  ) => object
  return parse(stats, (_key, value, { source }) => (typeof value === 'number' ? source : value))
}

interface Leaf {
  readonly physicalPath: readonly string[]
  readonly type: DataType
}

/** A struct of leaves, or undefined where there are none: Parquet has no empty groups. */
function treeType(leaves: readonly Leaf[], depth = 0): StructType | undefined {
  if (leaves.length === 0) return undefined
  const groups = Map.groupBy(leaves, ({ physicalPath }) => physicalPath[depth]!)
  return struct(
    [...groups].map(([name, group]) => {
      const isLeaf = group[0]!.physicalPath.length === depth + 1
      return field(name, isLeaf ? group[0]!.type : treeType(group, depth + 1)!)
    }),
  )
}
