import { type DataType, fieldNamed, type StructField, type StructType } from '../../../types/data-type.ts'
import { sameType } from '../../../types/same-type.ts'
import type { AddFile } from '../../log/actions.ts'
import type { Metadata } from '../../schema/metadata.ts'
import { physicalNaming } from '../../schema/physical-name.ts'
import { derivedRange } from './derived-range.ts'
import { ANYTHING, intersectRanges, ONLY_NULL, point, type Range } from './range.ts'
import { scalarOfText } from './scalar-of-text.ts'
import { type FileStatistics, parseStatistics, statisticsRange } from './statistics-range.ts'

/** The parts of a table's metadata that tell what its files hold. */
export type FileFacts = Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>

/** One file while it is looked at; its statistics are parsed when a column first asks for them. */
export interface FileView {
  readonly file: AddFile
  statistics?: FileStatistics
  /** The same with all digits of fractions. */
  exactStatistics?: FileStatistics
  /** Of floating-point columns, by path, rows with NaN are looked at, or the others; by default both. */
  nanPaths?: ReadonlySet<string> | undefined
}

/** How the columns of a condition are found in the files of a table. */
export interface FileColumns {
  readonly column: (path: readonly string[], type: DataType) => (view: FileView) => Range
  /** True once a column was asked for that is not known from partition values alone. */
  readonly usesStatistics: () => boolean
  /** Floating-point columns asked for: rows with NaN in them are a case of their own. */
  readonly floatPaths: ReadonlySet<string>
}

export function fileColumns(facts: FileFacts): FileColumns {
  const nameOf = physicalNaming(facts)
  const floatPaths = new Set<string>()
  let usesStatistics = false
  const partitions = new Set(facts.partitionColumns.map((each) => each.toLowerCase()))
  return {
    floatPaths,
    usesStatistics: () => usesStatistics,
    column: (path, type) => {
      const fields = fieldsAt(facts.schema, path)
      const leaf = fields?.at(-1)
      const isKnown = fields !== undefined && leaf !== undefined && sameType(leaf.dataType, type)
      if (isKnown && partitions.has(path[0]!.toLowerCase())) return partitionColumn(leaf, nameOf)
      usesStatistics = true
      if (!isKnown) return () => ANYTHING
      const physicalPath = fields.map(nameOf)
      const derived = derivedRange(facts, fields, (field) => partitionColumn(field, nameOf))
      const key = physicalPath.join('\n')
      if (leaf.dataType.kind === 'float' || leaf.dataType.kind === 'double') {
        floatPaths.add(key)
        return (view) => floatRange(statisticsRange(statisticsOf(view, false), physicalPath, leaf), view, key)
      }
      const isDecimal = leaf.dataType.kind === 'decimal'
      return (view) => {
        const told = statisticsRange(statisticsOf(view, isDecimal), physicalPath, leaf)
        return derived === undefined ? told : intersectRanges(told, derived(view))
      }
    },
  }
}

/** Statistics do not cover NaN. */
function floatRange(told: Range, { nanPaths }: FileView, key: string): Range {
  if (nanPaths === undefined) return { nulls: told.nulls, values: told.values }
  return nanPaths.has(key) ? { min: Number.NaN, max: Number.NaN, nulls: false, values: told.values } : told
}

function statisticsOf(view: FileView, isDecimal: boolean): FileStatistics {
  if (isDecimal) {
    view.exactStatistics ??= parseStatistics(view.file, true)
    return view.exactStatistics
  }
  view.statistics ??= parseStatistics(view.file, false)
  return view.statistics
}

function fieldsAt(schema: StructType, path: readonly string[]): StructField[] | undefined {
  const fields: StructField[] = []
  let type: DataType = schema
  for (const name of path) {
    const field: StructField | undefined = type.kind === 'struct' ? fieldNamed(type, name) : undefined
    if (field === undefined) return undefined
    fields.push(field)
    type = field.dataType
  }
  return fields
}

/** Values stand under the physical name, by odd writers under the logical one. An empty text is null. */
function partitionColumn(
  field: StructField,
  nameOf: (field: StructField) => string,
): (view: FileView) => Range {
  const physical = nameOf(field)
  const known = new Map<string, Range>()
  return ({ file: { partitionValues } }) => {
    const text = partitionValues[physical] ?? partitionValues[field.name]
    if (text == null || text === '') return ONLY_NULL
    let range = known.get(text)
    if (range === undefined) {
      const scalar = scalarOfText(text, field.dataType)
      range = scalar === undefined ? ANYTHING : point(scalar)
      if (known.size < 10_000) known.set(text, range)
    }
    return range
  }
}
