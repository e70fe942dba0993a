import { boundsAll } from '../../delta/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { aggregate, alias, attribute, call, conjunction, FALSE, TRUE } from '../../plan/build.ts'
import { Column } from '../../plan/column.ts'
import { ntile } from '../../plan/column-functions/window.ts'
import type { Expression, Literal } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { Window } from '../../plan/window-spec.ts'
import type { DataType, StructField } from '../../types/data-type.ts'
import type { Row, Value } from '../../types/row.ts'

/** Where rows with a batch's keys can be. */
export interface KeyCondition {
  /** TRUE for every row that has one of the keys, over the key columns: chooses files. */
  readonly files: Expression
  /** The same where it is worth the engine's while for each row. */
  readonly rows: Expression
}

/** Up to this many keys are looked for one by one, beyond it so many ranges of them. */
const MOST_KEYS = 200

/** The condition for a batch's distinct keys, which the session holds. */
export async function keyCondition(
  session: EngineSession,
  keys: readonly StructField[],
  touched: { readonly scan: Scan; readonly rowCount: bigint },
): Promise<KeyCondition> {
  const bounded = keys.filter((each) => boundsAll(each.dataType))
  if (touched.rowCount === 0n) return { files: FALSE, rows: FALSE }
  if (bounded.length === 0) return { files: TRUE, rows: TRUE }
  if (touched.rowCount <= MOST_KEYS) {
    const columns = bounded.map((each) => attribute(each.name))
    const rows = await session.rows({ kind: 'Project', input: touched.scan, expressions: columns })
    const isOne = oneOf(bounded, rows)
    return { files: isOne, rows: isOne }
  }
  const files = anyOf((await session.rows(tiles(touched.scan, bounded))).map((row) => between(bounded, row)))
  return { files, rows: TRUE }
}

function oneOf(keys: readonly StructField[], rows: readonly Row[]): Expression {
  if (keys.length === 1) {
    const [key] = keys
    return call('in', attribute(key!.name), ...rows.map(([value]) => literal(value!, key!.dataType)))
  }
  return anyOf(
    rows.map((row) =>
      conjunction(keys.map((each, i) => call('=', attribute(each.name), literal(row[i]!, each.dataType)))),
    ),
  )
}

/** The bounds of each key column, in runs of the sorted keys. */
function tiles(touched: Relation, keys: readonly StructField[]): Relation {
  const order = Window.orderBy(...keys.map((each) => new Column(attribute(each.name))))
  const numbered: Relation = {
    kind: 'WithColumns',
    input: touched,
    columns: [{ name: TILE, expression: ntile(MOST_KEYS).over(order).expression }],
  }
  return aggregate(
    numbered,
    [attribute(TILE)],
    keys.flatMap(({ name }, i) => {
      const value = attribute(name)
      return [alias(call('min', value), `min${i}`), alias(call('max', value), `max${i}`)]
    }),
  )
}

const TILE = '__tile'

function between(keys: readonly StructField[], bounds: Row): Expression {
  return conjunction(
    keys.flatMap((each, i) => [
      call('>=', attribute(each.name), literal(bounds[2 * i]!, each.dataType)),
      call('<=', attribute(each.name), literal(bounds[2 * i + 1]!, each.dataType)),
    ]),
  )
}

function literal(value: Value, dataType: DataType): Literal {
  return { kind: 'Literal', value: value as Literal['value'], dataType }
}

/** A balanced tree: its depth is what a walk through it needs of the stack. */
function anyOf(conditions: readonly Expression[]): Expression {
  if (conditions.length <= 1) return conditions[0] ?? FALSE
  const middle = conditions.length >> 1
  return call('or', anyOf(conditions.slice(0, middle)), anyOf(conditions.slice(middle)))
}
