/** A plain model of MERGE over rows `(key, value)`, either of which may be null; `null` stands for a refusal. */
export interface ModelRow {
  readonly k: number | null
  readonly v: number | null
}

export interface ModelClause {
  readonly when: 'matched' | 'notMatched' | 'notMatchedBySource'
  /** The clause takes rows whose value (of the source, or of the target where there is no source) is less. */
  readonly below?: number
  readonly action: 'update' | 'delete' | 'insert'
}

export interface ModelResult {
  readonly rows: readonly ModelRow[]
  readonly updated: number
  readonly deleted: number
  readonly inserted: number
}

export function mergeModel(
  target: readonly ModelRow[],
  source: readonly ModelRow[],
  clauses: readonly ModelClause[],
): ModelResult | undefined {
  const rows: ModelRow[] = []
  const counts = { updated: 0, deleted: 0, inserted: 0 }
  for (const row of target) {
    const matches = source.filter((each) => each.k !== null && each.k === row.k)
    const changing = matches.flatMap(
      (each) => decide(clauses, 'matched', each.v)?.map((clause) => ({ clause, with: each })) ?? [],
    )
    if (changing.length > 1 && !isOnlyDelete(clauses)) return undefined
    const [taken] = changing
    const orphan = matches.length === 0 ? decide(clauses, 'notMatchedBySource', row.v)?.[0] : undefined
    const action = taken?.clause.action ?? orphan?.action
    if (action === undefined) rows.push(row)
    else if (action === 'delete') counts.deleted++
    else {
      counts.updated++
      rows.push(taken === undefined ? { k: row.k, v: -1 } : { k: row.k, v: taken.with.v })
    }
  }
  for (const row of source) {
    if (target.some((each) => each.k !== null && each.k === row.k)) continue
    if (decide(clauses, 'notMatched', row.v) === undefined) continue
    counts.inserted++
    rows.push(row)
  }
  return { rows, ...counts }
}

/** The first clause of a kind that takes a value, as a list of one. */
function decide(
  clauses: readonly ModelClause[],
  when: ModelClause['when'],
  value: number | null,
): [ModelClause] | undefined {
  const found = clauses.find(
    (each) => each.when === when && (each.below === undefined || (value !== null && value < each.below)),
  )
  return found && [found]
}

function isOnlyDelete(clauses: readonly ModelClause[]): boolean {
  const matched = clauses.filter((each) => each.when === 'matched')
  return matched.length === 1 && matched[0]!.action === 'delete' && matched[0]!.below === undefined
}

/** The clauses as SQL, over `t` and `s`. */
export function clauseText({ when, below, action }: ModelClause): string {
  const side = when === 'notMatchedBySource' ? 't' : 's'
  const name = { matched: 'MATCHED', notMatched: 'NOT MATCHED', notMatchedBySource: 'NOT MATCHED BY SOURCE' }[
    when
  ]
  const condition = below === undefined ? '' : ` AND ${side}.v < ${below}`
  // Keys of a match are equal: both forms say the same.
  const matched = (below ?? 0) % 2 === 0 ? 'UPDATE SET *' : 'UPDATE SET v = s.v'
  const update = when === 'matched' ? matched : 'UPDATE SET v = -1'
  const then = { update, delete: 'DELETE', insert: 'INSERT (v, k) VALUES (s.v, s.k)' }[action]
  return `WHEN ${name}${condition} THEN ${then}`
}
