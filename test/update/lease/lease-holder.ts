/** Takes the lease of the folder given, tells its token, and does what it is told on stdin; one line for each answer. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { PipelineError } from '../../../src/errors/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { acquireLease } from '../../../src/update/lease/lease.ts'

const [folder, updateId, heartbeatMs, timeoutMs] = process.argv.slice(2) as [string, string, string, string]
const clock = { nowMicros: () => BigInt(Date.now()) * 1000n }

const answer = async (work: () => Promise<string>) => {
  try {
    process.stdout.write(`${await work()}\n`)
  } catch (error) {
    process.stdout.write(`${error instanceof PipelineError ? error.condition : error}\n`)
  }
}

const lease = await acquireLease(localStorage(folder), {
  pipelineId: 'shop',
  updateId,
  clock,
  folder,
  heartbeatMs: Number(heartbeatMs),
  timeoutMs: Number(timeoutMs),
})
process.stdout.write(`${lease.token}\n`)

for await (const line of createInterface(process.stdin)) {
  const [command, ms] = line.split(' ')
  await answer(async () => {
    if (command === 'assert') await lease.assertHeld()
    if (command === 'release') await lease.release()
    if (command === 'block') {
      while (!readdirSync(join(folder, 'lease')).some((name) => name.endsWith('.beat'))) await setImmediate()
      const end = performance.now() + Number(ms)
      while (performance.now() < end);
    }
    return 'ok'
  })
}
