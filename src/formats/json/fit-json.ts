import { Buffer } from 'node:buffer'
import type { ArrayType, DataType, MapType, StructField, StructType } from '../../types/data-type.ts'
import { array as arrayType, field, map, struct } from '../../types/data-type.ts'
import { exactDecimal, notFinite } from '../exact-number.ts'
import { binaryText, fitMoment, fitNumber, type MomentOptions, quoted } from '../fit-scalar.ts'
import { mergeTypes } from '../merge-types.ts'
import { type Fitted, member } from '../row-writer.ts'
import { widened } from '../type-widening.ts'
import { inferJson, type JsonInference } from './infer-json.ts'
import { type JsonDocument, type JsonValue, jsonText } from './parse-json.ts'

export interface FitOptions extends MomentOptions {
  /** `readerCaseSensitive`: false matches field names without regard to case. */
  readonly caseSensitive: boolean
  readonly onUnknownField: 'fail' | 'rescue' | 'ignore'
  readonly inference: JsonInference
  /** Values that a wider type of their column would hold are reported as unknown fields of that type. */
  readonly widens: boolean
}

/** Puts a parsed value into a type: every part of it ends in `column` exactly, or in `rescued`. */
export function fitJson(
  document: JsonDocument,
  value: JsonValue,
  type: DataType,
  options: FitOptions,
): Fitted {
  if (value.kind === 'null') return {}
  if (type.kind === 'struct' && value.kind === 'object') return fitObject(document, value, type, options)
  if (type.kind === 'array' && value.kind === 'array') return fitArray(document, value, type, options)
  if (type.kind === 'map' && value.kind === 'object') return fitMap(document, value, type, options)
  const column = fitScalar(document, value, type, options)
  if (column !== undefined) return { column }
  const wider = options.widens ? widened(type, inferJson(document, value, options.inference)) : undefined
  return {
    rescued: jsonText(document, value),
    isMismatch: true,
    ...(wider === undefined ? {} : { unknown: wider }),
  }
}

function fitScalar(
  document: JsonDocument,
  value: JsonValue,
  type: DataType,
  options: FitOptions,
): string | undefined {
  switch (value.kind) {
    case 'string':
      return fitText(value.value, type, options)
    case 'number':
      return fitNumber(document.source.slice(value.start, value.end), type)
    case 'true':
    case 'false':
      if (type.kind === 'boolean') return value.kind
      return type.kind === 'string' ? quoted(value.kind) : undefined
    default:
      return type.kind === 'string' ? quoted(jsonText(document, value)) : undefined
  }
}

function fitText(text: string, type: DataType, options: FitOptions): string | undefined {
  switch (type.kind) {
    case 'string':
      return text.isWellFormed() ? quoted(text) : undefined
    case 'date':
    case 'timestamp':
    case 'timestamp_ntz':
      return quoted(fitMoment(text, type.kind, options))
    case 'decimal':
      return quoted(exactDecimal(text, type))
    case 'double':
    case 'float':
      return quoted(notFinite(text))
    case 'binary':
      return quoted(fitBase64(text))
    default:
      return undefined
  }
}

function fitBase64(text: string): string | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? binaryText(Buffer.from(text, 'base64'))
    : undefined
}

type ObjectValue = Extract<JsonValue, { kind: 'object' }>
type ArrayValue = Extract<JsonValue, { kind: 'array' }>

function fitObject(
  document: JsonDocument,
  object: ObjectValue,
  type: StructType,
  options: FitOptions,
): Fitted {
  const lookup = lookupOf(type)
  const columns = new Map<StructField, string | undefined>()
  const taken = new Map<StructField, JsonValue>()
  const rescued: string[] = []
  const unknown: StructField[] = []
  let isMismatch = false
  // Later duplicates win, as in Spark; the earlier value is rescued.
  for (const { key, value } of object.entries) {
    const target =
      lookup.exact.get(key) ?? (options.caseSensitive ? undefined : lookup.folded.get(key.toLowerCase()))
    if (target === undefined) {
      if (options.onUnknownField === 'ignore') continue
      rescued.push(member(key, jsonText(document, value)))
      if (options.onUnknownField === 'fail' && !lookup.folded.has(key.toLowerCase())) {
        unknown.push(field(key, inferJson(document, value, options.inference)))
      }
      continue
    }
    const earlier = taken.get(target)
    if (earlier !== undefined) {
      isMismatch = true
      rescued.push(member(key, jsonText(document, earlier)))
    }
    taken.set(target, value)
  }
  for (const [target, value] of taken) {
    const fitted = fitJson(document, value, target.dataType, options)
    columns.set(target, fitted.column)
    if (fitted.rescued !== undefined) rescued.push(member(target.name, fitted.rescued))
    if (fitted.unknown !== undefined) unknown.push(field(target.name, fitted.unknown))
    isMismatch ||= fitted.isMismatch === true
  }
  const members = [...columns].flatMap(([{ name }, text]) => (text === undefined ? [] : [member(name, text)]))
  return {
    column: `{${members.join(',')}}`,
    ...(rescued.length === 0 ? {} : { rescued: `{${rescued.join(',')}}` }),
    ...(unknown.length === 0 ? {} : { unknown: struct(unknown) }),
    isMismatch,
  }
}

/** An element that does not fit takes its whole array along, as in Spark; a struct that fits in part does not. */
function fitArray(document: JsonDocument, array: ArrayValue, type: ArrayType, options: FitOptions): Fitted {
  const fitted = array.items.map((item) => fitJson(document, item, type.elementType, options))
  const unknown = fitted.flatMap((each) => (each.unknown === undefined ? [] : [each.unknown]))
  const news = unknown.length === 0 ? {} : { unknown: arrayType(unknown.reduce(mergeTypes)) }
  if (fitted.some(isRescuedWhole)) return { rescued: jsonText(document, array), isMismatch: true, ...news }
  return {
    column: `[${fitted.map((each) => each.column ?? 'null').join(',')}]`,
    ...(fitted.some((each) => each.rescued !== undefined)
      ? { rescued: `[${fitted.map((each) => each.rescued ?? 'null').join(',')}]` }
      : {}),
    ...news,
    isMismatch: fitted.some((each) => each.isMismatch),
  }
}

function isRescuedWhole(fitted: Fitted): boolean {
  return fitted.column === undefined && fitted.rescued !== undefined
}

/** Later duplicates of a key win. A key or value that does not fit takes the whole map along. */
function fitMap(document: JsonDocument, object: ObjectValue, type: MapType, options: FitOptions): Fitted {
  const last = new Map(object.entries.map(({ key, value }) => [key, value]))
  const rescued = object.entries
    .filter(({ key, value }) => last.get(key) !== value)
    .map(({ key, value }) => member(key, jsonText(document, value)))
  const members: string[] = []
  const unknown: DataType[] = []
  let isMismatch = rescued.length > 0
  for (const [key, value] of last) {
    const fitted = fitJson(document, value, type.valueType, options)
    const hasKey = fitText(key, type.keyType, options) ?? fitNumber(key, type.keyType)
    if (isRescuedWhole(fitted) || hasKey === undefined) {
      return { rescued: jsonText(document, object), isMismatch: true }
    }
    members.push(member(key, fitted.column ?? 'null'))
    if (fitted.rescued !== undefined) rescued.push(member(key, fitted.rescued))
    if (fitted.unknown !== undefined) unknown.push(fitted.unknown)
    isMismatch ||= fitted.isMismatch === true
  }
  return {
    column: `{${members.join(',')}}`,
    ...(rescued.length === 0 ? {} : { rescued: `{${rescued.join(',')}}` }),
    ...(unknown.length === 0 ? {} : { unknown: map(type.keyType, unknown.reduce(mergeTypes)) }),
    isMismatch,
  }
}

interface Lookup {
  readonly exact: ReadonlyMap<string, StructField>
  readonly folded: ReadonlyMap<string, StructField>
}

const lookups = new WeakMap<StructType, Lookup>()

function lookupOf(type: StructType): Lookup {
  const known = lookups.get(type)
  if (known !== undefined) return known
  const made = {
    exact: new Map(type.fields.map((each) => [each.name, each])),
    folded: new Map(type.fields.map((each) => [each.name.toLowerCase(), each])),
  }
  lookups.set(type, made)
  return made
}
