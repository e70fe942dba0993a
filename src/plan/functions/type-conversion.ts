import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  INTEGER,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
} from '../../types/data-type.ts'
import { rewritten } from './define.ts'
import type { FunctionDefinition } from './signature.ts'

const TYPES: Readonly<Record<string, DataType>> = {
  bigint: LONG,
  binary: BINARY,
  boolean: BOOLEAN,
  date: DATE,
  decimal: decimal(10, 0),
  double: DOUBLE,
  float: FLOAT,
  int: INTEGER,
  smallint: SHORT,
  string: STRING,
  timestamp: TIMESTAMP,
  tinyint: BYTE,
}

export const conversionNames: ReadonlySet<string> = new Set(Object.keys(TYPES))

/** `int(x)`, `date(x)` ...: CAST under the name of its type. */
export const conversionFunctions: readonly FunctionDefinition[] = Object.entries(TYPES).map(
  ([name, dataType]) =>
    rewritten(name, { min: 1, max: 1 }, ([child]) => ({
      kind: 'Cast',
      child: child!,
      dataType,
      mode: 'ansi',
    })),
)
