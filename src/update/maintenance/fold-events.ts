import type { UpdateRun } from '../run.ts'

/**
 * Moves journals into the event table, when that is due and while an engine is open anyway. The events are safe in the
 * journals: what goes wrong is given back, not thrown.
 */
export async function foldEvents({
  events,
  engine,
}: Pick<UpdateRun, 'events' | 'engine'>): Promise<Error | undefined> {
  if (!engine.isOpen || !events.isFoldDue()) return undefined
  try {
    await events.fold(await engine.get())
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
