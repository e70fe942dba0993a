import { PipelineError } from '../errors/index.ts'
import { formatTableName } from '../plan/table-name.ts'

/** A table's whole name, in the spelling of whoever wrote it. Two names that differ in case alone are the same table. */
export interface TableName {
  readonly catalog: string
  readonly schema: string
  readonly table: string
}

/** What an unqualified name is completed with. */
export interface NameScope {
  readonly catalog: string
  readonly schema: string
}

/** One to three parts as a whole name. Throws IDENTIFIER_TOO_MANY_NAME_PARTS. */
export function qualifyName(parts: readonly string[], scope: NameScope): TableName {
  if (parts.length === 0 || parts.length > 3) {
    throw new PipelineError('IDENTIFIER_TOO_MANY_NAME_PARTS', {
      identifier: formatTableName(parts),
      count: String(parts.length),
    })
  }
  const [table = '', schema = scope.schema, catalog = scope.catalog] = parts.toReversed()
  return { catalog, schema, table }
}

/** `catalog.schema.table`, parts in backticks where SQL needs them. */
export function formatName({ catalog, schema, table }: TableName): string {
  return formatTableName([catalog, schema, table])
}

/** The same text for all spellings of one table: the key to compare names by. */
export function nameKey(name: TableName): string {
  return namePath(name)
}

/** The folder of a table below a warehouse, `catalog/schema/table`: each part case-folded and percent-encoded. */
export function namePath(name: TableName): string {
  return [name.catalog, name.schema, name.table].map(folderName).join('/')
}

/**
 * Lower case; all but ASCII letters, digits, `_` and `-` become `%` and the hexadecimal digits of their UTF-8 bytes, so
 * that no name can leave its folder and every file system takes it.
 */
function folderName(part: string): string {
  const bytes = new TextEncoder().encode(part.normalize('NFC').toLowerCase())
  return Array.from(bytes, encodeByte).join('')
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
}

/** The (lower-case) name part that a folder of the warehouse stands for; undefined when we did not name it. */
export function partOfFolder(folder: string): string | undefined {
  try {
    const part = decodeURIComponent(folder)
    return folderName(part) === folder ? part : undefined
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
