import { PipelineError } from '../../errors/index.ts'
import {
  array,
  type DataType,
  field,
  fieldNamed,
  map,
  STRING,
  type StructType,
  struct,
} from '../../types/data-type.ts'
import { parseDataType } from '../../types/ddl.ts'

/** A hint: the type of a column, or of a part of one (`addr.zip`, `items.element.qty`, `m.value`). */
interface Hint {
  readonly path: readonly string[]
  readonly dataType: DataType
}

/**
 * Applies `schemaHints` to an inferred schema: known columns get the hinted type, others are added at the end.
 * Throws CF_INVALID_SCHEMA_HINTS_OPTION, or the conditions of a data type that cannot be read.
 */
export function applySchemaHints(schema: StructType, hints: string | undefined): StructType {
  if (hints === undefined) return schema
  return parseHints(hints).reduce(
    (type, hint) => withHint(type, hint.path, hint.dataType) as StructType,
    schema,
  )
}

function withHint(type: DataType, path: readonly string[], hinted: DataType): DataType {
  const [name, ...rest] = path
  if (name === undefined) return hinted
  if (type.kind === 'array' && name.toLowerCase() === 'element') {
    return array(withHint(type.elementType, rest, hinted))
  }
  if (type.kind === 'map' && /^(key|value)$/i.test(name)) {
    const isKey = name.toLowerCase() === 'key'
    return map(
      isKey ? withHint(type.keyType, rest, hinted) : type.keyType,
      isKey ? type.valueType : withHint(type.valueType, rest, hinted),
    )
  }
  return withField(type.kind === 'struct' ? type : struct([]), name, rest, hinted)
}

function withField(type: StructType, name: string, rest: readonly string[], hinted: DataType): DataType {
  const known = fieldNamed(type, name)
  if (known === undefined) {
    return struct([...type.fields, field(name, withHint(absent(rest), rest, hinted))])
  }
  const changed = { ...known, dataType: withHint(known.dataType, rest, hinted) }
  return struct(type.fields.map((each) => (each === known ? changed : each)))
}

/** What a part that was never seen must be for the hint to reach into it. */
function absent(path: readonly string[]): DataType {
  const next = path[0]?.toLowerCase()
  if (next === 'element') return array(STRING)
  return next === 'key' || next === 'value' ? map(STRING, STRING) : struct([])
}

function parseHints(text: string): Hint[] {
  const hints = splitHints(text).map(parseHint)
  const seen = new Set<string>()
  for (const { path } of hints) {
    const name = path.join('.').toLowerCase()
    if (seen.has(name)) throw invalid(text, `'${path.join('.')}' is there twice`)
    seen.add(name)
  }
  return hints
}

/** At commas outside of `<>`, `()` and backticks. */
function splitHints(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let isQuoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '`') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if ('<('.includes(char)) depth++
    else if ('>)'.includes(char)) depth--
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts.map((each) => each.trim()).filter((each) => each !== '')
}

function parseHint(text: string): Hint {
  const path: string[] = []
  const part = /(?:`((?:[^`]|``)+)`|([^\s`.:]+))\s*(\.?)\s*/y
  for (;;) {
    const match = part.exec(text)
    if (match === null) throw invalid(text, 'a column and its type are expected, as in `id BIGINT`')
    path.push(match[1]?.replaceAll('``', '`') ?? match[2]!)
    if (match[3] === '') break
  }
  const type = text.slice(part.lastIndex).replace(/^:\s*/, '')
  if (type === '') throw invalid(text, `the type of '${path.join('.')}' is missing`)
  return { path, dataType: parseDataType(type) }
}

function invalid(hint: string, detail: string): PipelineError {
  return new PipelineError('CF_INVALID_SCHEMA_HINTS_OPTION', { hint, detail })
}
