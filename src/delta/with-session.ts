import type { RowEngine, RowSession } from './row-engine.ts'

/** Does the work of one command in a session of its own. */
export async function withSession<Result>(
  engine: RowEngine,
  work: (session: RowSession) => Promise<Result>,
): Promise<Result> {
  const session = await engine.openSession()
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
