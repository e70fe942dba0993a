/** A change event of the reference model. Columns are `a` and `b`. */
export interface ModelEvent {
  readonly key: number
  readonly seq: number
  readonly op: 'upsert' | 'delete' | 'truncate'
  readonly a: string | null
  readonly b: number | null
  /** The columns that the event supplies; null: all. */
  readonly list: readonly Column[] | null
}

export interface ModelConfig {
  readonly scdType: 1 | 2
  readonly ignoreNull: readonly Column[]
  readonly track: readonly Column[]
  /** Whether `list` counts. */
  readonly isListed: boolean
}

export type Column = 'a' | 'b'

type ModelRow = readonly (string | number | null)[]

interface Version {
  readonly a: string | null
  readonly b: number | null
  readonly start: number
}

const COLUMNS: readonly Column[] = ['a', 'b']

/**
 * The table that a set of events makes: `key, a, b` and for SCD 2 start and end. Walks each key's events in their order, one
 * after the other: nothing is kept between batches, so nothing can depend on them.
 */
export function modelTable(events: readonly ModelEvent[], config: ModelConfig): readonly ModelRow[] {
  const truncated = Math.max(
    Number.NEGATIVE_INFINITY,
    ...events.filter((each) => each.op === 'truncate').map((each) => each.seq),
  )
  const ofKeys = events.filter((each) => each.op !== 'truncate' && each.seq > truncated)
  const keys = [...new Set(ofKeys.map((each) => each.key))]
  return keys.flatMap((key) => {
    const ofKey = ofKeys.filter((each) => each.key === key)
    return rowsOfKey(key, onePerSequence(ofKey, config), config)
  })
}

function rowsOfKey(key: number, events: readonly ModelEvent[], config: ModelConfig): readonly ModelRow[] {
  const closed: ModelRow[] = []
  let open: Version | undefined
  const close = (end: number): void => {
    if (open !== undefined) closed.push([key, open.a, open.b, open.start, end])
    open = undefined
  }
  for (const event of events) {
    if (event.op === 'delete') {
      close(event.seq)
      continue
    }
    const next = withInherited(event, open, config)
    const continues = open !== undefined && config.track.every((column) => open![column] === next[column])
    const start = continues ? open!.start : event.seq
    if (!continues) close(event.seq)
    open = { ...next, start }
  }
  if (config.scdType === 1) return open === undefined ? [] : [[key, open.a, open.b]]
  return open === undefined ? closed : [...closed, [key, open.a, open.b, open.start, null]]
}

function withInherited(event: ModelEvent, open: Version | undefined, config: ModelConfig) {
  const given = (column: Column) => supplies(event, column, config)
  return { a: given('a') ? event.a : (open?.a ?? null), b: given('b') ? event.b : (open?.b ?? null) }
}

function supplies(event: ModelEvent, column: Column, config: ModelConfig): boolean {
  const isListed = !config.isListed || event.list === null || event.list.includes(column)
  return isListed && !(config.ignoreNull.includes(column) && event[column] === null)
}

/**
 * In order; at one sequence a delete wins, among upserts the greatest values, NULL the least: columns that events can leave
 * out one by one among those that supply them, the others as a whole.
 */
function onePerSequence(events: readonly ModelEvent[], config: ModelConfig): readonly ModelEvent[] {
  const bySequence = Map.groupBy(events, (each) => each.seq)
  const winners = [...bySequence.values()].map((rivals) => winnerOf(rivals, config))
  return winners.sort((left, right) => left.seq - right.seq)
}

function winnerOf(rivals: readonly ModelEvent[], config: ModelConfig): ModelEvent {
  const isSparse = (column: Column) => config.isListed || config.ignoreNull.includes(column)
  const first = rivals.find((each) => each.op === 'delete') ?? rivals[0]!
  if (first.op === 'delete') return first
  const whole = COLUMNS.filter((column) => !isSparse(column))
  const best = rivals.reduce((left, right) => (isGreater(right, left, whole) ? right : left))
  const list = COLUMNS.filter((column) => rivals.some((each) => supplies(each, column, config)))
  const winner: ModelEvent = { ...best, list: config.isListed ? list : null }
  const supplied = COLUMNS.filter(isSparse).map((column) => {
    const among = rivals.filter((each) => supplies(each, column, config)).map((each) => each[column])
    return [
      column,
      among.reduce((left, right) => (isGreaterValue(right, left) ? right : left), null),
    ] as const
  })
  return { ...winner, ...Object.fromEntries(supplied) }
}

function isGreater(left: ModelEvent, right: ModelEvent, columns: readonly Column[]): boolean {
  const differing = columns.find((column) => left[column] !== right[column])
  return differing !== undefined && isGreaterValue(left[differing], right[differing])
}

function isGreaterValue(left: ModelEvent[Column], right: ModelEvent[Column]): boolean {
  return left !== null && (right === null || left > right)
}
