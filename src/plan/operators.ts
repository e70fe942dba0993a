/** How tightly operators bind in Spark SQL, loosest first; an operand that binds less tightly stands in parentheses. */
export const precedence = {
  or: 1,
  and: 2,
  not: 3,
  predicate: 4,
  comparison: 5,
  bitOr: 6,
  bitXor: 7,
  bitAnd: 8,
  shift: 9,
  additive: 10,
  multiplicative: 11,
  unary: 12,
  primary: 13,
} as const

export interface Operator {
  /** As Spark SQL writes it. */
  readonly symbol: string
  /** `predicate`: first argument, symbol, then a syntax of its own for the rest. */
  readonly form: 'infix' | 'prefix' | 'postfix' | 'predicate'
  readonly precedence: number
  /** Number of arguments, fewest and most. */
  readonly arity: readonly [number, number]
}

const infix = (symbol: string, level: number): Operator => ({
  symbol,
  form: 'infix',
  precedence: level,
  arity: [2, 2],
})
const prefix = (symbol: string, level: number): Operator => ({
  symbol,
  form: 'prefix',
  precedence: level,
  arity: [1, 1],
})
const postfix = (symbol: string): Operator => ({
  symbol,
  form: 'postfix',
  precedence: precedence.predicate,
  arity: [1, 1],
})
const predicate = (symbol: string, fewest: number, most: number): Operator => ({
  symbol,
  form: 'predicate',
  precedence: precedence.predicate,
  arity: [fewest, most],
})

/**
 * Every operator of Spark SQL, by the function name that stands for it in an UnresolvedFunction.
 *
 * Arguments in order of writing: `between` is (value, lower, upper), `in` (value, element, ...), `like` and `ilike`
 * (text, pattern[, escape]), `like_any` and its kin (text, pattern, ...). Negated forms are `not` around the positive one:
 * `a NOT IN (1)` is not(in(a, 1)), `a IS NOT TRUE` is not(is_true(a)), `a IS DISTINCT FROM b` is not(<=>(a, b)); only
 * IS NOT NULL is `isnotnull`. `==` is `=`, `!=` is `<>`, `!` is `not`. Chains of `and` and of `or` longer than 32
 * operands come as balanced trees.
 */
export const operators = {
  or: infix('OR', precedence.or),
  and: infix('AND', precedence.and),
  not: prefix('NOT', precedence.not),
  isnull: postfix('IS NULL'),
  isnotnull: postfix('IS NOT NULL'),
  is_true: postfix('IS TRUE'),
  is_false: postfix('IS FALSE'),
  in: predicate('IN', 2, Number.POSITIVE_INFINITY),
  between: predicate('BETWEEN', 3, 3),
  like: predicate('LIKE', 2, 3),
  ilike: predicate('ILIKE', 2, 3),
  rlike: predicate('RLIKE', 2, 2),
  like_any: predicate('LIKE ANY', 2, Number.POSITIVE_INFINITY),
  like_all: predicate('LIKE ALL', 2, Number.POSITIVE_INFINITY),
  ilike_any: predicate('ILIKE ANY', 2, Number.POSITIVE_INFINITY),
  ilike_all: predicate('ILIKE ALL', 2, Number.POSITIVE_INFINITY),
  '=': infix('=', precedence.comparison),
  '<=>': infix('<=>', precedence.comparison),
  '<>': infix('<>', precedence.comparison),
  '<': infix('<', precedence.comparison),
  '<=': infix('<=', precedence.comparison),
  '>': infix('>', precedence.comparison),
  '>=': infix('>=', precedence.comparison),
  '|': infix('|', precedence.bitOr),
  '^': infix('^', precedence.bitXor),
  '&': infix('&', precedence.bitAnd),
  '<<': infix('<<', precedence.shift),
  '>>': infix('>>', precedence.shift),
  '>>>': infix('>>>', precedence.shift),
  '+': infix('+', precedence.additive),
  '-': infix('-', precedence.additive),
  '||': infix('||', precedence.additive),
  '*': infix('*', precedence.multiplicative),
  '/': infix('/', precedence.multiplicative),
  '%': infix('%', precedence.multiplicative),
  div: infix('DIV', precedence.multiplicative),
  negative: prefix('-', precedence.unary),
  positive: prefix('+', precedence.unary),
  '~': prefix('~', precedence.unary),
} as const satisfies Readonly<Record<string, Operator>>

export type OperatorName = keyof typeof operators

/** The operator that a function name stands for. */
export function operatorNamed(name: string): Operator | undefined {
  return Object.hasOwn(operators, name) ? operators[name as OperatorName] : undefined
}
