import {
  array,
  BOOLEAN,
  type DataType,
  DOUBLE,
  field,
  LONG,
  STRING,
  type StructField,
  struct,
  TIMESTAMP,
  VOID,
} from '../../types/data-type.ts'
import { decimalTypeOf, exactInteger, notFinite } from '../exact-number.ts'
import { mergeTypes } from '../merge-types.ts'
import { flag, momentOptions, type ReadOptions } from '../read-options.ts'
import { exactTimestamp } from '../temporal.ts'
import type { JsonDocument, JsonValue } from './parse-json.ts'

/** Spark's JSON options that steer inference. */
export interface JsonInference {
  readonly prefersDecimal: boolean
  readonly primitivesAsString: boolean
  /** Reads a text as a timestamp; undefined where `inferTimestamp` is off. */
  readonly timestamp?: (text: string) => string | undefined
}

/** Inference options of a JSON reader. */
export function jsonInference(options: ReadOptions): JsonInference {
  const format = momentOptions(options).timestampFormat
  return {
    prefersDecimal: flag(options, 'prefersDecimal', false),
    primitivesAsString: flag(options, 'primitivesAsString', false),
    ...(flag(options, 'inferTimestamp', false)
      ? {
          timestamp: format === undefined ? timestampByCast : (text: string) => format.timestamp(text, 'UTC'),
        }
      : {}),
  }
}

/** `inferTimestamp` without a format: the rules of Spark's casts. */
const timestampByCast = (text: string): string | undefined =>
  /^\d{4}-\d/.test(text) ? exactTimestamp(text, 'UTC') : undefined

/** The type of one value, by Spark's `JsonInferSchema.inferField`; `void` for null and for an empty text. */
export function inferJson(document: JsonDocument, value: JsonValue, options: JsonInference): DataType {
  switch (value.kind) {
    case 'null':
      return VOID
    case 'true':
    case 'false':
      return options.primitivesAsString ? STRING : BOOLEAN
    case 'number':
      return options.primitivesAsString
        ? STRING
        : numberType(document.source.slice(value.start, value.end), options)
    case 'string':
      return textType(value.value, options)
    case 'array':
      return array(
        value.items.reduce<DataType>(
          (type, item) => mergeTypes(type, inferJson(document, item, options)),
          VOID,
        ),
      )
    case 'object': {
      const fields = new Map<string, StructField>()
      for (const { key, value: child } of value.entries) {
        const known = fields.get(key)?.dataType ?? VOID
        fields.set(key, field(key, mergeTypes(known, inferJson(document, child, options))))
      }
      return struct([...fields.values()])
    }
  }
}

function numberType(text: string, options: JsonInference): DataType {
  if (notFinite(text) !== undefined) return DOUBLE
  const isInteger = /^-?\d+$/.test(text)
  if (isInteger && exactInteger(text, 'long') !== undefined) return LONG
  return isInteger || options.prefersDecimal ? (decimalTypeOf(text) ?? DOUBLE) : DOUBLE
}

function textType(text: string, options: JsonInference): DataType {
  if (text === '') return VOID
  if (options.prefersDecimal && /^[+-]?\d+(\.\d+)?$/.test(text)) return decimalTypeOf(text) ?? STRING
  return options.timestamp?.(text) === undefined ? STRING : TIMESTAMP
}
