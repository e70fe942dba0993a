import type { Clock } from './update-api.ts'

/** The machine's clock. */
export const systemClock: Clock = {
  nowMicros: () => BigInt(Date.now()) * 1000n,
}
