import { PipelineError } from '../../errors/index.ts'
import type {
  Expression,
  FrameBoundary,
  SortOrder,
  WindowExpression,
  WindowFrame,
} from '../../plan/expression.ts'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import { parseExpression } from './expression.ts'
import { parseSortOrder } from './sort-order.ts'

type WindowSpecification = Pick<WindowExpression, 'partitionBy' | 'orderBy' | 'frame'>

/** A use of a named window, `OVER w`: its node is filled in when the WINDOW clause that follows it has been read. */
interface WindowReference {
  readonly name: Token
  readonly node: { -readonly [Key in keyof WindowExpression]: WindowExpression[Key] }
}

/** The named windows of one SELECT, and of the ORDER BY behind it. */
export interface WindowScope {
  readonly defined: Map<string, WindowSpecification>
  references: WindowReference[]
}

/** `OVER (...)` or `OVER name` behind the call of a function. */
export function parseOver(cursor: Cursor, call: Expression): WindowExpression {
  cursor.expect('OVER')
  const node: WindowReference['node'] = {
    kind: 'WindowExpression',
    function: call,
    partitionBy: [],
    orderBy: [],
    ...(call.position === undefined ? {} : { position: call.position }),
  }
  // `OVER (w)` is `OVER w`.
  const isWrapped = cursor.is('(') && cursor.peek(1).keyword !== ')' && cursor.peek(2).keyword === ')'
  if (cursor.is('(') && !isWrapped) return Object.assign(node, parseSpecification(cursor))
  if (isWrapped) cursor.advance()
  const name = cursor.token
  cursor.name("'(' or the name of a window")
  if (isWrapped) cursor.advance()
  const specification = cursor.windows?.defined.get(name.text.toLowerCase())
  if (specification !== undefined) return Object.assign(node, specification)
  if (cursor.windows === undefined) throw missing(cursor, name)
  cursor.windows.references.push({ name, node })
  return node
}

/**
 * Runs the parser of one SELECT, or of a query with its ORDER BY; then the windows that it named must have been defined.
 * A query knows the windows of its SELECT. Throws MISSING_WINDOW_SPECIFICATION.
 */
export function withWindows<Result>(cursor: Cursor, body: () => Result): Result {
  const outer = cursor.windows
  const scope: WindowScope = { defined: new Map(), references: [] }
  cursor.windows = scope
  const result = body()
  cursor.windows = outer
  const [first] = scope.references
  if (first !== undefined) throw missing(cursor, first.name)
  for (const [name, specification] of scope.defined) outer?.defined.set(name, specification)
  return result
}

function missing(cursor: Cursor, name: Token): PipelineError {
  const parameters = { windowName: name.text }
  return new PipelineError('MISSING_WINDOW_SPECIFICATION', parameters, { position: cursor.position(name) })
}

/** `WINDOW w AS (...), v AS (...)`: completes the expressions that named these windows. */
export function parseWindowClause(cursor: Cursor): void {
  const scope = cursor.windows
  if (scope === undefined || !cursor.take('WINDOW')) return
  cursor.list(() => parseDefinition(cursor, scope.defined))
  scope.references = scope.references.filter(({ name, node }) => {
    const specification = scope.defined.get(name.text.toLowerCase())
    if (specification !== undefined) Object.assign(node, specification)
    return specification === undefined
  })
}

function parseDefinition(cursor: Cursor, defined: WindowScope['defined']): void {
  const start = cursor.token
  const windowName = cursor.name('the name of a window')
  if (defined.has(windowName.toLowerCase())) {
    const context = { position: cursor.position(start) }
    throw new PipelineError('REPETITIVE_WINDOW_DEFINITION', { windowName }, context)
  }
  cursor.expect('AS')
  const isName = !cursor.is('(')
  const specification = isName ? defined.get(cursor.token.text.toLowerCase()) : parseSpecification(cursor)
  if (specification === undefined) cursor.fail("'(' or a window that is defined before", [])
  if (isName) cursor.advance()
  defined.set(windowName.toLowerCase(), specification)
}

function parseSpecification(cursor: Cursor): WindowSpecification {
  cursor.expect('(')
  const partitionBy = cursor.take('PARTITION', 'BY') ? cursor.list(() => parseExpression(cursor)) : []
  const orderBy: SortOrder[] = cursor.take('ORDER', 'BY') ? cursor.list(() => parseSortOrder(cursor)) : []
  const frame = cursor.isOneOf('ROWS', 'RANGE') ? parseFrame(cursor) : undefined
  if (!cursor.take(')')) {
    cursor.fail("PARTITION BY, ORDER BY, ROWS, RANGE or ')'", ['PARTITION', 'ORDER', 'ROWS', 'RANGE'])
  }
  return { partitionBy, orderBy, ...(frame === undefined ? {} : { frame }) }
}

/** A frame with a single boundary ends at the current row. */
function parseFrame(cursor: Cursor): WindowFrame {
  const type = cursor.advance().keyword === 'ROWS' ? 'rows' : 'range'
  if (!cursor.take('BETWEEN')) return { type, lower: parseBoundary(cursor), upper: { kind: 'currentRow' } }
  const lower = parseBoundary(cursor)
  cursor.expect('AND')
  return { type, lower, upper: parseBoundary(cursor) }
}

function parseBoundary(cursor: Cursor): FrameBoundary {
  if (cursor.take('CURRENT', 'ROW')) return { kind: 'currentRow' }
  if (cursor.take('UNBOUNDED', 'PRECEDING')) return { kind: 'unboundedPreceding' }
  if (cursor.take('UNBOUNDED', 'FOLLOWING')) return { kind: 'unboundedFollowing' }
  const value = parseExpression(cursor)
  if (cursor.take('PRECEDING')) return { kind: 'preceding', value }
  if (cursor.take('FOLLOWING')) return { kind: 'following', value }
  return cursor.fail('PRECEDING or FOLLOWING', ['PRECEDING', 'FOLLOWING'])
}
