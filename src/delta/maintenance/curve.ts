import { alias, attribute, call, intLiteral, longLiteral, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'

/** Which order a curve visits the cells of a grid in. */
export type Curve = 'hilbert' | 'zorder'

/**
 * Adds to a query the column `curve`: the position on a space-filling curve of the cell that the columns `ranks` name, each
 * an integer of `bits` bits. Rows near on the curve are near in every rank; on a Hilbert curve neighbours differ by one
 * step of one rank. The columns `ranks` are changed.
 */
export function withCurve(
  input: Relation,
  ranks: readonly string[],
  options: { readonly curve: Curve; readonly bits: number; readonly name: string },
): Relation {
  const turned = options.curve === 'hilbert' ? hilbertTurns(input, ranks, options.bits) : input
  return {
    kind: 'WithColumns',
    input: turned,
    columns: [{ name: options.name, expression: interleaved(ranks, options.bits) }],
  }
}

/**
 * Turns the coordinates of a cell into the transposed form of its Hilbert index (John Skilling, Programming the Hilbert
 * curve, 2004): from the highest bit down, each sub-cube is mirrored or its axes swapped so that it continues the one
 * before; then the Gray code is undone.
 */
function hilbertTurns(input: Relation, ranks: readonly string[], bits: number): Relation {
  let query = input
  const first = ranks[0]!
  for (let bit = bits - 1; bit > 0; bit--) {
    for (const rank of ranks) query = turn(query, first, rank, bit)
  }
  return grayDecoded(query, ranks, bits)
}

/** Where `rank` has the bit, the lower bits of `first` are mirrored; elsewhere those of both are exchanged. */
function turn(input: Relation, first: string, rank: string, bit: number): Relation {
  const mask = intLiteral(2 ** bit - 1)
  const hasBit = call('>', call('&', attribute(rank), intLiteral(2 ** bit)), intLiteral(0))
  const mirrored = call('^', attribute(first), mask)
  if (rank === first) return withColumns(input, { [first]: choose(hasBit, mirrored, attribute(first)) })
  const exchanged = call('&', call('^', attribute(first), attribute(rank)), mask)
  return withColumns(input, {
    [first]: choose(hasBit, mirrored, call('^', attribute(first), exchanged)),
    [rank]: choose(hasBit, attribute(rank), call('^', attribute(rank), exchanged)),
  })
}

function grayDecoded(input: Relation, ranks: readonly string[], bits: number): Relation {
  const running = ranks.map((_, index) =>
    ranks
      .slice(0, index + 1)
      .map((each) => attribute(each) as Expression)
      .reduce((a, b) => call('^', a, b)),
  )
  const encoded = withColumns(input, Object.fromEntries(ranks.map((rank, i) => [rank, running[i]!])))
  const last = attribute(ranks.at(-1)!)
  const flips = Array.from({ length: bits - 1 }, (_, index) => index + 1).map((bit) =>
    choose(
      call('>', call('&', last, intLiteral(2 ** bit)), intLiteral(0)),
      intLiteral(2 ** bit - 1),
      intLiteral(0),
    ),
  )
  if (flips.length === 0) return encoded
  const flip = flips.reduce((a, b) => call('^', a, b))
  return withColumns(
    encoded,
    Object.fromEntries(ranks.map((rank) => [rank, call('^', attribute(rank), flip)])),
  )
}

/** The bits of all ranks, the highest of each first: a Z-order index, or the Hilbert index of transposed ranks. */
function interleaved(ranks: readonly string[], bits: number): Expression {
  const parts: Expression[] = []
  for (let bit = 0; bit < bits; bit++) {
    for (const [index, rank] of ranks.entries()) {
      const weight = 2n ** BigInt(bit * ranks.length + ranks.length - 1 - index)
      const isSet = call('>', call('&', attribute(rank), intLiteral(2 ** bit)), intLiteral(0))
      parts.push(choose(isSet, longLiteral(weight), longLiteral(0n)))
    }
  }
  return balanced(parts)
}

/** A sum as a shallow tree: expressions are walked recursively. */
function balanced(parts: readonly Expression[]): Expression {
  if (parts.length === 1) return parts[0]!
  const middle = parts.length >> 1
  return call('|', balanced(parts.slice(0, middle)), balanced(parts.slice(middle)))
}

function choose(condition: Expression, value: Expression, otherwise: Expression): Expression {
  return { kind: 'CaseWhen', branches: [{ condition, value }], otherwise }
}

function withColumns(input: Relation, columns: Readonly<Record<string, Expression>>): Relation {
  return {
    kind: 'WithColumns',
    input,
    columns: Object.entries(columns).map(([name, expression]) => ({ name, expression })),
  }
}

/** Only some columns of a query, renamed. */
export function projectAs(input: Relation, columns: Readonly<Record<string, Expression>>): Relation {
  return project(
    input,
    Object.entries(columns).map(([name, expression]) => alias(expression, name)),
  )
}
