import { widerTypeOf } from '../../types/coercion.ts'
import { BOOLEAN, type DataType, STRING } from '../../types/data-type.ts'
import { decimalOfWholeNumber } from '../../types/decimal-rules.ts'
import { sameStructure } from '../../types/same-type.ts'
import { isIntegral, isOrderable } from '../../types/type-classes.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { orderKeys } from './nested-order.ts'
import {
  ANY,
  type DuckdbForm,
  type FunctionDefinition,
  type PrintedCall,
  type ResolveContext,
  signature,
  template,
  variadic,
} from './signature.ts'

const NEVER = { nullable: 'never' } as const

/** Comparisons and predicates. Both sides are cast to their common wider type. */
export const comparisonFunctions: readonly FunctionDefinition[] = [
  comparison('=', '='),
  comparison('<>', '<>'),
  comparison('<', '<'),
  comparison('<=', '<='),
  comparison('>', '>'),
  comparison('>=', '>='),
  { ...comparison('<=>', 'IS NOT DISTINCT FROM'), aliases: ['equal_null'] },
  {
    name: 'in',
    kind: 'scalar',
    arity: { min: 2, max: Number.POSITIVE_INFINITY },
    resolve: resolveTogether,
    duckdb: template('{0} IN ({1*})'),
  },
  {
    name: 'between',
    kind: 'scalar',
    arity: { min: 3, max: 3 },
    resolve: resolveTogether,
    duckdb: {
      kind: 'scalar',
      print: (args, call) => {
        const [value, from, to] = orderKeys(args, call)
        return `${value} BETWEEN ${from} AND ${to}`
      },
    },
  },
  predicate('and', [BOOLEAN, BOOLEAN], '{0} AND {1}'),
  predicate('or', [BOOLEAN, BOOLEAN], '{0} OR {1}'),
  predicate('not', [BOOLEAN], 'NOT {0}'),
  predicate('isnull', [ANY], '{0} IS NULL', NEVER),
  predicate('isnotnull', [ANY], '{0} IS NOT NULL', NEVER),
  predicate('is_true', [BOOLEAN], '{0} IS NOT DISTINCT FROM true', NEVER),
  predicate('is_false', [BOOLEAN], '{0} IS NOT DISTINCT FROM false', NEVER),
  like('like', 'LIKE'),
  like('ilike', 'ILIKE'),
  likeMany('like_any', 'LIKE', ' OR '),
  likeMany('like_all', 'LIKE', ' AND '),
  likeMany('ilike_any', 'ILIKE', ' OR '),
  likeMany('ilike_all', 'ILIKE', ' AND '),
]

function predicate(
  name: string,
  parameters: readonly (DataType | typeof ANY)[],
  text: string,
  rest: { readonly nullable?: 'never' } = {},
): FunctionDefinition {
  return {
    name,
    kind: 'scalar',
    signatures: [signature(parameters, BOOLEAN, rest)],
    duckdb: template(text),
  }
}

function comparison(name: string, symbol: string): FunctionDefinition {
  const isOrder = /^[<>]=?$/.test(symbol)
  return {
    name,
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: (args, call) => {
      const common = commonType(args, call)
      if (!isOrderable(common)) call.refuseOrdering(0)
      const sides = args.map((each) => call.cast(each, common))
      const nullable = name !== '<=>' && sides.some((each) => each.nullable)
      return { arguments: sides, dataType: BOOLEAN, nullable }
    },
    duckdb: {
      kind: 'scalar',
      print: (args, call) => (isOrder ? orderKeys(args, call) : args).join(` ${symbol} `),
    },
  }
}

function commonType(args: readonly ResolvedExpression[], call: ResolveContext): DataType {
  const types = typesBesideDecimals(args)
  return widerTypeOf(types) ?? structureOf(types) ?? call.refuseOperands('a comparable type')
}

/** Structs are compared field by field, whatever the fields are called: the first one's names stand for all. */
function structureOf([first, ...rest]: readonly DataType[]): DataType | undefined {
  return rest.every((each) => sameStructure(first!, each)) ? first : undefined
}

/**
 * The types to compare by. Beside a decimal, a whole-number literal is a decimal of its own digits, so that
 * `amount > 5` leaves the column as it is and the condition reaches the files.
 */
function typesBesideDecimals(args: readonly ResolvedExpression[]): readonly DataType[] {
  const hasDecimal = args.some((each) => each.dataType.kind === 'decimal')
  return args.map((each) =>
    hasDecimal && each.kind === 'Literal' && isIntegral(each.dataType)
      ? decimalOfWholeNumber(each.value as number | bigint)
      : each.dataType,
  )
}

function resolveTogether(args: readonly ResolvedExpression[], call: ResolveContext) {
  const types = typesBesideDecimals(args)
  const common = widerTypeOf(types) ?? structureOf(types) ?? call.widen(args)
  const sides = args.map((each) => call.cast(each, common))
  return { arguments: sides, dataType: BOOLEAN, nullable: sides.some((each) => each.nullable) }
}

function like(name: string, verb: string): FunctionDefinition {
  return {
    name,
    kind: 'scalar',
    signatures: [
      signature([STRING, STRING], BOOLEAN),
      signature([STRING, STRING, { type: STRING, literal: true }], BOOLEAN),
    ],
    duckdb: {
      kind: 'scalar',
      print: ([text, pattern, by], call) => likeText(text!, verb, pattern!, 1, call, by),
    },
  }
}

/** Spark's escape character is the backslash; DuckDB has none unless told. */
function likeText(
  text: string,
  verb: string,
  pattern: string,
  index: number,
  { literals }: PrintedCall,
  by = "'\\'",
): string {
  const literal = literals[index]
  const isPlain = typeof literal === 'string' && by === "'\\'" && !literal.includes('\\')
  return `${text} ${verb} ${pattern}${isPlain ? '' : ` ESCAPE ${by}`}`
}

function likeMany(name: string, verb: string, joiner: string): FunctionDefinition {
  const form: DuckdbForm = {
    kind: 'scalar',
    print: ([text, ...patterns], call) =>
      patterns.map((each, i) => `(${likeText(text!, verb, each, i + 1, call)})`).join(joiner),
  }
  return {
    name,
    kind: 'scalar',
    signatures: [signature([STRING, variadic(STRING, 1)], BOOLEAN)],
    duckdb: form,
  }
}
