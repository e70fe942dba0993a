/**
 * What does an update with nothing to do cost, from process start to exit? `node bench/no-op.ts [runs]` (default 20): the
 * orders example over 10,000 orders, next to the start of Node alone, run in turns so that both meet the same machine.
 */
import { measureProcess, median, printTable } from './measure.ts'
import { ordersPipeline, ROOT, reset, update } from './orders-pipeline.ts'

const runs = Number(process.argv[2] ?? 20)
const folder = await ordersPipeline(10_000)
reset(folder)
await update(folder)
await update(folder)

const start: number[] = []
const wall: number[] = []
const inside: number[] = []
for (let i = 0; i < runs; i++) {
  start.push((await measureProcess(['-e', ''], { cwd: ROOT })).wallMs)
  const { wallMs, updateMs } = await update(folder)
  wall.push(wallMs)
  inside.push(updateMs)
}

console.log(`\nAn update with nothing to do, milliseconds, ${runs} runs`)
const row = (name: string, values: readonly number[]) =>
  [name, median(values), Math.min(...values)].map((cell) =>
    typeof cell === 'string' ? cell : cell.toFixed(0),
  )
printTable(
  ['', 'median', 'least'],
  [row('Node alone', start), row('process start to exit', wall), row('of which the update', inside)],
)
