/** What was measured, over time in milliseconds. */
export interface Measure {
  readonly name: string
  readonly points: readonly (readonly [atMs: number, value: number])[]
}

export interface Drift {
  readonly name: string
  readonly median: number
  readonly most: number
  /** Rise of the straight line through the points from the first to the last, as a share of their mean. */
  readonly drift: number
}

/** Fits a straight line through the points, by least squares. */
export function driftOf({ name, points }: Measure): Drift {
  const times = points.map(([at]) => at)
  const values = points.map(([, value]) => value)
  const [time, mean] = [meanOf(times), meanOf(values)]
  const covariance = meanOf(points.map(([at, value]) => (at - time) * (value - mean)))
  const variance = meanOf(times.map((at) => (at - time) ** 2))
  const rise = variance === 0 ? 0 : (covariance / variance) * (times.at(-1)! - times[0]!)
  return { name, median: medianOf(values), most: Math.max(...values), drift: mean === 0 ? 0 : rise / mean }
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
