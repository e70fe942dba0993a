import type { Expression } from '../../plan/expression.ts'
import type { Aggregate } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { printSparkExpression } from '../spark/expression.ts'
import { parseExpression } from './expression.ts'

export type Grouping = Pick<Aggregate, 'groupType' | 'grouping' | 'groupingSets'>

/** One item of GROUP BY: the grouping sets it stands for. A plain expression is one set of itself. */
interface Item {
  readonly type: 'expression' | 'rollup' | 'cube' | 'sets'
  readonly sets: readonly (readonly Expression[])[]
  /** The elements of ROLLUP or CUBE. */
  readonly elements?: readonly (readonly Expression[])[]
}

/** More grouping sets than this come from a CUBE that nobody can mean. */
const MAX_SETS = 4096

/** `GROUP BY ALL | item, ... [WITH ROLLUP | WITH CUBE | GROUPING SETS (...)]`; undefined when no GROUP BY follows. */
export function parseGroupBy(cursor: Cursor): Grouping | undefined {
  if (!cursor.is('GROUP')) return undefined
  const start = cursor.token
  cursor.expect('GROUP', 'BY')
  if (cursor.is('ALL') && !/^[,.]$/.test(cursor.peek().keyword)) {
    cursor.advance()
    return { groupType: 'groupby', grouping: 'all' }
  }
  const items = cursor.list(() => parseItem(cursor))
  const plain = items.every((item) => item.type === 'expression')
  const listed = plain ? items.flatMap((item) => item.sets[0]!) : []
  if (plain && cursor.take('WITH', 'ROLLUP')) return { groupType: 'rollup', grouping: listed }
  if (plain && cursor.take('WITH', 'CUBE')) return { groupType: 'cube', grouping: listed }
  if (plain && cursor.is('GROUPING', 'SETS')) return withSets(listed, parseItem(cursor).sets)
  if (plain) return { groupType: 'groupby', grouping: listed }
  return combined(cursor, items, start)
}

function parseItem(cursor: Cursor): Item {
  if (cursor.is('GROUPING', 'SETS', '(')) {
    cursor.take('GROUPING', 'SETS')
    return { type: 'sets', sets: cursor.parenthesized(() => parseItem(cursor).sets).flat() }
  }
  if (cursor.is('ROLLUP', '(') || cursor.is('CUBE', '(')) {
    const type = cursor.advance().keyword === 'ROLLUP' ? 'rollup' : 'cube'
    const elements = cursor.parenthesized(() => parseElement(cursor))
    return { type, elements, sets: type === 'rollup' ? rollup(elements) : cube(cursor, elements) }
  }
  return { type: 'expression', sets: [parseElement(cursor)] }
}

/** `a`, `(a, b)` or `()` */
function parseElement(cursor: Cursor): readonly Expression[] {
  if (cursor.take('(', ')')) return []
  const isList = cursor.is('(')
  const expression = parseExpression(cursor)
  const isRow = isList && expression.kind === 'UnresolvedFunction' && expression.name === 'struct'
  return isRow ? expression.arguments : [expression]
}

function rollup(elements: Item['sets']): Item['sets'] {
  return elements.map((_, i) => elements.slice(0, elements.length - i).flat()).concat([[]])
}

function cube(cursor: Cursor, elements: Item['sets']): Item['sets'] {
  if (2 ** elements.length > MAX_SETS) {
    cursor.unsupportedClause(`CUBE over ${elements.length} elements`, 'List the GROUPING SETS that you need.')
  }
  const [first, ...rest] = elements
  if (first === undefined) return [[]]
  const without = cube(cursor, rest)
  return [...without.map((set) => [...first, ...set]), ...without]
}

/** A single ROLLUP or CUBE of plain expressions keeps its name; a mixture is the product of its items' sets. */
function combined(cursor: Cursor, items: readonly Item[], start: Cursor['token']): Grouping {
  const [only] = items
  const isSimple = items.length === 1 && only?.elements?.every((element) => element.length === 1)
  if (isSimple && (only?.type === 'rollup' || only?.type === 'cube')) {
    return { groupType: only.type, grouping: only.sets[0]! }
  }
  let sets: Item['sets'] = [[]]
  for (const item of items) {
    sets = sets.flatMap((set) => item.sets.map((other) => [...set, ...other]))
    if (sets.length > MAX_SETS) {
      cursor.unsupportedClause(`GROUP BY with more than ${MAX_SETS} grouping sets`, '', start)
    }
  }
  return withSets([], sets)
}

/** Grouping sets by position: `listed` first, then further expressions in order of appearance. */
function withSets(listed: readonly Expression[], sets: Item['sets']): Grouping {
  const grouping = [...listed]
  const positions = new Map(listed.map((each, i) => [printSparkExpression(each), i]))
  const groupingSets = sets.map((set) => {
    const members = set.map((each) => {
      const text = printSparkExpression(each)
      if (!positions.has(text)) positions.set(text, grouping.push(each) - 1)
      return positions.get(text)!
    })
    return [...new Set(members)]
  })
  return { groupType: 'grouping sets', grouping, groupingSets }
}
