import type { Row } from '../../engine/engine.ts'
import type { Relation } from '../../plan/relation.ts'
import type { RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

/** The rows of a query. Its connection closes when they were taken, or given up. Throws what the analyzer finds wrong. */
export function selectRows(query: Relation, workspace: Workspace): Promise<RowStream> {
  return boundRows(workspace.bind(query), workspace)
}

/** The rows of a query that becomes bound while the engine opens. */
export async function boundRows(query: Promise<Relation>, workspace: Workspace): Promise<RowStream> {
  const [engine, bound] = await Promise.all([workspace.engine.get(), query])
  const { schema } = engine.compile(bound, workspace.queryContext())
  return { schema, chunks: streamed(bound, workspace) }
}

async function* streamed(bound: Relation, workspace: Workspace): AsyncGenerator<readonly Row[]> {
  const session = await workspace.openSession()
  try {
    yield* session.stream(bound)
  } finally {
    await session.close()
  }
}
