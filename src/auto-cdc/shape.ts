import { Column } from '../plan/column.ts'
import { namedStruct, when } from '../plan/column-functions/core.ts'
import type { Expression } from '../plan/expression.ts'
import { BOOLEAN, type DataType, type StructField } from '../types/data-type.ts'

/**
 * A part of a row that events supply or leave out on its own: a column, or, where NULL means "not supplied", each leaf of
 * a struct column and whether the struct is there at all.
 */
export interface Leaf {
  /** The column, then the fields below it. */
  readonly path: readonly string[]
  /** `presence`: TRUE where the struct is not NULL, else NULL. */
  readonly kind: 'value' | 'presence'
  readonly dataType: DataType
  /** NULL means "not supplied" in events of the flow. */
  readonly ignoresNull: boolean
  /** ... in events of every flow into the table: so a row whose leaf is NULL does not tell that it was supplied. */
  readonly isNullLeftOut: boolean
  /** Events of some flow into the table can leave it out. */
  readonly isSparse: boolean
  readonly isTracked: boolean
  /** What events bring of a column that the flow has no more. */
  readonly former?: Expression
}

/** How a column is put together from leaves, which are numbers into the list of leaves. */
export type ColumnShape =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | {
      readonly kind: 'struct'
      readonly presence: number
      readonly fields: readonly { readonly name: string; readonly shape: ColumnShape }[]
    }

export interface ShapedColumn {
  readonly field: StructField
  readonly shape: ColumnShape
}

/** What is known of the leaves of a column. */
export interface ColumnRules
  extends Pick<Leaf, 'ignoresNull' | 'isNullLeftOut' | 'isSparse' | 'isTracked' | 'former'> {
  /** Whether a struct is one leaf, or those of its fields. */
  readonly isSplit: boolean
}

/** The shapes of columns, and the leaves that they are made of, after those of columns `before` them. */
export function shapeColumns(
  fields: readonly StructField[],
  rulesOf: (name: string) => ColumnRules,
  before: readonly Leaf[] = [],
): { readonly columns: readonly ShapedColumn[]; readonly leaves: readonly Leaf[] } {
  const leaves: Leaf[] = [...before]
  const shapeOf = (path: readonly string[], dataType: DataType): ColumnShape => {
    const { isSplit, ...rules } = rulesOf(path[0]!)
    const common = { path, ...rules }
    if (!isSplit || dataType.kind !== 'struct' || dataType.fields.length === 0)
      return { kind: 'leaf', leaf: leaves.push({ ...common, kind: 'value', dataType }) - 1 }
    const presence = leaves.push({ ...common, kind: 'presence', dataType: BOOLEAN }) - 1
    const parts = dataType.fields.map(({ name, dataType: type }) => ({
      name,
      shape: shapeOf([...path, name], type),
    }))
    return { kind: 'struct', presence, fields: parts }
  }
  const columns = fields.map((field) => ({ field, shape: shapeOf([field.name], field.dataType) }))
  return { columns, leaves }
}

/** The leaf's value in a row whose columns are reached through `column`. */
export function leafValue({ path, kind }: Leaf, column: (name: string) => Column): Column {
  const value = path.slice(1).reduce<Column>((struct, name) => struct.getField(name), column(path[0]!))
  return kind === 'presence' ? when(value.isNotNull(), true) : value
}

/** The column's value, put together from those of its leaves. */
export function columnValue(shape: ColumnShape, leaf: (index: number) => Column): Column {
  if (shape.kind === 'leaf') return leaf(shape.leaf)
  const fields = shape.fields.map(({ name, shape: part }) => [name, columnValue(part, leaf)] as const)
  return when(leaf(shape.presence), namedStruct(Object.fromEntries(fields)))
}

/** The leaf's name in lists of what an event supplies, in lower case, for columns may change theirs: `address.city`. */
export function leafName({ path, kind }: Leaf): string {
  const name = path.map(quoted).join('.').toLowerCase()
  return kind === 'presence' ? `${name}.*` : name
}

/** The name of the leaf that the whole column is where it is not split. */
export function columnLeafName({ path }: Leaf): string {
  return quoted(path[0]!).toLowerCase()
}

function quoted(name: string): string {
  return /[.`]/.test(name) ? `\`${name.replaceAll('`', '``')}\`` : name
}

/** A column by its name, whatever characters it is made of. */
export function named(...parts: readonly string[]): Column {
  return new Column({ kind: 'UnresolvedAttribute', parts })
}
