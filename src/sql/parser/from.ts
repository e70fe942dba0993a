import { PipelineError } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Generate, Join, JoinType, Relation } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { parseExpression } from './expression.ts'
import { parseArgument } from './function-call.ts'
import { isBareAlias } from './select-item.ts'
import { parseTable } from './table.ts'

/** `FROM relation, ... [LATERAL VIEW ...]` */
export function parseFrom(cursor: Cursor): Relation {
  cursor.expect('FROM')
  let input = parseRelation(cursor)
  for (let links = 1; cursor.take(','); links++) {
    cursor.checkDepth(links)
    input = crossed(cursor, input)
  }
  for (let links = 1; cursor.is('LATERAL', 'VIEW'); links++) {
    cursor.checkDepth(links)
    input = parseLateralView(cursor, input)
  }
  return input
}

/** `left, right` is a cross join. */
function crossed(cursor: Cursor, left: Relation): Join {
  const position = cursor.position()
  const isLateral = cursor.is('LATERAL') && !cursor.is('LATERAL', 'VIEW')
  const right = parseRelation(cursor)
  return { kind: 'Join', left, right, joinType: 'cross', ...(isLateral ? { isLateral } : {}), position }
}

/** A table with the joins that follow it. */
export function parseRelation(cursor: Cursor): Relation {
  cursor.enter()
  cursor.take('LATERAL')
  let left = parseTable(cursor)
  for (let links = 1; ; links++) {
    const join = parseJoin(cursor, left)
    if (join === undefined) break
    cursor.checkDepth(links)
    left = join
  }
  cursor.leave()
  return left
}

function parseJoin(cursor: Cursor, left: Relation): Join | undefined {
  const start = cursor.token
  const isNatural = cursor.take('NATURAL')
  const type = parseJoinType(cursor)
  if (type === undefined) return isNatural ? cursor.fail('JOIN', ['JOIN']) : undefined
  if (isNatural && type === 'cross') {
    const parameters = { joinType1: 'NATURAL', joinType2: 'CROSS' }
    throw new PipelineError('INCOMPATIBLE_JOIN_TYPES', parameters, { position: cursor.position(start) })
  }
  const isLateral = cursor.take('LATERAL')
  if (isLateral && type !== 'inner' && type !== 'left' && type !== 'cross') {
    const parameters = { joinType1: 'LATERAL', joinType2: type.toUpperCase() }
    throw new PipelineError('INCOMPATIBLE_JOIN_TYPES', parameters, { position: cursor.position(start) })
  }
  const right = parseTable(cursor)
  return {
    kind: 'Join',
    left,
    right,
    joinType: type,
    ...parseCriteria(cursor),
    ...(isNatural ? { isNatural } : {}),
    ...(isLateral ? { isLateral } : {}),
    position: cursor.position(start),
  }
}

const joinTypes: readonly (readonly [words: readonly string[], type: JoinType])[] = [
  [['JOIN'], 'inner'],
  [['INNER', 'JOIN'], 'inner'],
  [['CROSS', 'JOIN'], 'cross'],
  [['LEFT', 'OUTER', 'JOIN'], 'left'],
  [['LEFT', 'SEMI', 'JOIN'], 'left semi'],
  [['LEFT', 'ANTI', 'JOIN'], 'left anti'],
  [['LEFT', 'JOIN'], 'left'],
  [['SEMI', 'JOIN'], 'left semi'],
  [['ANTI', 'JOIN'], 'left anti'],
  [['RIGHT', 'OUTER', 'JOIN'], 'right'],
  [['RIGHT', 'JOIN'], 'right'],
  [['FULL', 'OUTER', 'JOIN'], 'full'],
  [['FULL', 'JOIN'], 'full'],
]
const joinWords = new Set(['INNER', 'CROSS', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI'])

function parseJoinType(cursor: Cursor): JoinType | undefined {
  const { keyword } = cursor.token
  if (keyword !== 'JOIN' && !joinWords.has(keyword)) return undefined
  const found = joinTypes.find(([words]) => cursor.isSequence(words))
  if (found !== undefined) {
    cursor.takeSequence(found[0])
    return found[1]
  }
  cursor.advance()
  return cursor.fail(keyword === 'LEFT' ? 'JOIN, OUTER, SEMI or ANTI' : 'JOIN', [
    'JOIN',
    'OUTER',
    'SEMI',
    'ANTI',
  ])
}

function parseCriteria(cursor: Cursor): { condition?: Expression; usingColumns?: readonly string[] } {
  if (cursor.take('ON')) return { condition: parseExpression(cursor) }
  if (!cursor.take('USING')) return {}
  return { usingColumns: cursor.parenthesized(() => cursor.name('a column name')) }
}

/** `LATERAL VIEW [OUTER] explode(x) [view] [AS a, b]` */
function parseLateralView(cursor: Cursor, input: Relation): Generate {
  const position = cursor.position()
  cursor.expect('LATERAL', 'VIEW')
  const isOuter = cursor.take('OUTER')
  const start = cursor.position()
  const name = cursor.name('a generator function such as explode')
  cursor.expect('(')
  const args = cursor.is(')') ? [] : cursor.list(() => parseArgument(cursor))
  cursor.expect(')')
  const alias = isBareAlias(cursor) ? cursor.advance().text : undefined
  const isNamed = cursor.take('AS') || (alias !== undefined && isBareAlias(cursor))
  const columns = isNamed ? cursor.list(() => cursor.name('a column name')) : []
  return {
    kind: 'Generate',
    input,
    generator: { kind: 'UnresolvedFunction', name: name.toLowerCase(), arguments: args, position: start },
    isOuter,
    ...(alias === undefined ? {} : { alias }),
    columns,
    position,
  }
}
