import { compareScalars, type Scalar } from './scalar.ts'

/** What is known of the values that an expression takes over the rows of one file. */
export interface Range {
  /** No value is below or above; undefined where that is not known. */
  readonly min?: Scalar | undefined
  readonly max?: Scalar | undefined
  /** Whether NULL may be among them, and whether anything else may. */
  readonly nulls: boolean
  readonly values: boolean
}

/** Nothing is known. */
export const ANYTHING: Range = { nulls: true, values: true }
export const ONLY_NULL: Range = { nulls: true, values: false }

export function point(value: Scalar): Range {
  return { min: value, max: value, nulls: false, values: true }
}

/** The one value that all rows have, NULL aside. */
export function pointOf({ min, max, values }: Range): Scalar | undefined {
  return values && min !== undefined && max !== undefined && compareScalars(min, max) === 0 ? min : undefined
}

/** The range after a function that never decreases; undefined results leave a bound open. */
export function mapRange(
  range: Range,
  change: (value: Scalar, side: 'min' | 'max') => Scalar | undefined,
): Range {
  const { min, max, nulls, values } = range
  return {
    min: min === undefined ? undefined : change(min, 'min'),
    max: max === undefined ? undefined : change(max, 'max'),
    nulls,
    values,
  }
}

/** Rows of either. */
export function unionRanges(a: Range, b: Range): Range {
  if (!a.values) return { ...b, nulls: a.nulls || b.nulls }
  if (!b.values) return { ...a, nulls: a.nulls || b.nulls }
  const pick = (x: Scalar | undefined, y: Scalar | undefined, sign: number) =>
    x === undefined || y === undefined ? undefined : compareScalars(x, y) * sign <= 0 ? x : y
  return {
    min: pick(a.min, b.min, 1),
    max: pick(a.max, b.max, -1),
    nulls: a.nulls || b.nulls,
    values: true,
  }
}

/** What holds where both do. */
export function intersectRanges(a: Range, b: Range): Range {
  const pick = (x: Scalar | undefined, y: Scalar | undefined, sign: number) =>
    x === undefined ? y : y === undefined ? x : compareScalars(x, y) * sign >= 0 ? x : y
  return {
    min: pick(a.min, b.min, 1),
    max: pick(a.max, b.max, -1),
    nulls: a.nulls && b.nulls,
    values: a.values && b.values,
  }
}

/** The results that a condition may have over the rows of a file: a set of TRUE, FALSE and NULL as bits. */
export type Outcomes = number
export const TRUE = 1
export const FALSE = 2
export const NULL = 4
export const ANY_OUTCOME = TRUE | FALSE | NULL

export function notOutcomes(a: Outcomes): Outcomes {
  return (a & NULL) | (a & TRUE ? FALSE : 0) | (a & FALSE ? TRUE : 0)
}

export function andOutcomes(a: Outcomes, b: Outcomes): Outcomes {
  if (a === 0 || b === 0) return 0
  const isTrue = a & TRUE && b & TRUE ? TRUE : 0
  const isFalse = (a | b) & FALSE
  const isNull = (a & NULL && b & (NULL | TRUE)) || (b & NULL && a & TRUE) ? NULL : 0
  return isTrue | isFalse | isNull
}

export function orOutcomes(a: Outcomes, b: Outcomes): Outcomes {
  return notOutcomes(andOutcomes(notOutcomes(a), notOutcomes(b)))
}

/** The outcomes of a boolean range, and the other way round. */
export function outcomesOf({ min, max, nulls, values }: Range): Outcomes {
  if (!values) return nulls ? NULL : 0
  return (max === false ? 0 : TRUE) | (min === true ? 0 : FALSE) | (nulls ? NULL : 0)
}

export function rangeOfOutcomes(outcomes: Outcomes): Range {
  return {
    min: (outcomes & FALSE) === 0,
    max: (outcomes & TRUE) !== 0,
    nulls: (outcomes & NULL) !== 0,
    values: (outcomes & (TRUE | FALSE)) !== 0,
  }
}

export type Comparison = '=' | '<' | '<='

/** What `a = b`, `a < b`, `a <= b` may give; no values on a side give NULL or nothing. */
export function compareRanges(operator: Comparison, a: Range, b: Range): Outcomes {
  const unknown = a.nulls || b.nulls ? NULL : 0
  if (!a.values || !b.values) return unknown
  // The order of the nearest ends; undefined is as far as it can be.
  const low = a.min === undefined || b.max === undefined ? -1 : compareScalars(a.min, b.max)
  const high = a.max === undefined || b.min === undefined ? 1 : compareScalars(a.max, b.min)
  const [mayHold, mayFail] =
    operator === '='
      ? [low <= 0 && high >= 0, !(low === 0 && high === 0)]
      : operator === '<'
        ? [low < 0, high >= 0]
        : [low <= 0, high > 0]
  return unknown | (mayHold ? TRUE : 0) | (mayFail ? FALSE : 0)
}
