import type { Engine, EngineSession } from '../engine/engine.ts'
import type { Storage } from '../storage/storage.ts'
import { distinctLines, type JournalFileEvents, readJournals, scanOfLines, unseen } from './event-rows.ts'
import { EventsTable } from './events-table.ts'
import { setAside } from './journal.ts'
import { type MaintenanceOptions, maintain } from './maintenance.ts'

export interface FoldOptions extends Omit<MaintenanceOptions, 'nowMs'> {
  readonly engine: Engine
  readonly clock: { nowMicros(): bigint }
  /** Number of the last journal to fold; nothing writes to it, or to those before it, any more. */
  readonly upTo: number
}

/**
 * Moves the events of journals into the Delta table, exactly once: the commit that adds them carries the last journal's
 * number, and a journal up to that number is deleted without being looked at. Then tidies the table.
 */
export async function foldJournals(storage: Storage, options: FoldOptions): Promise<void> {
  const { engine, clock, upTo } = options
  const nowMs = () => Number(clock.nowMicros() / 1000n)
  const session = await engine.openSession({ timestampMicros: clock.nowMicros(), ansi: true })
  try {
    const table = await EventsTable.open(storage, engine.deltaPort, nowMs)
    const journals = await readJournals(storage, upTo)
    const fresh = journals.filter((each) => each.file.number > table.foldedJournal)
    await commitEvents(storage, table, session, { journals: fresh, upTo, nowMs: nowMs() })
    for (const { file, isDamaged } of fresh) if (isDamaged) await setAside(storage, file)
    await storage.delete(journals.map((each) => each.file.path))
    await maintain(table, session, { ...options, nowMs: nowMs() })
  } finally {
    await session.close()
  }
}

async function commitEvents(
  storage: Storage,
  table: EventsTable,
  session: EngineSession,
  fold: { journals: readonly JournalFileEvents[]; upTo: number; nowMs: number },
): Promise<void> {
  const lines = distinctLines(fold.journals)
  if (lines.length === 0) return
  const rows = await scanOfLines(storage, lines)
  try {
    const files = await table.write(session, unseen(rows.scan, await table.scan()), fold.nowMs)
    await table.commitFold(files, fold.upTo)
  } finally {
    await rows.remove()
  }
}
