import type { Row } from '../../engine/engine.ts'
import type { Relation } from '../../plan/relation.ts'
import type { RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

/** The rows of a query. Its connection closes when they were taken, or given up. Throws what the analyzer finds wrong. */
export async function selectRows(query: Relation, workspace: Workspace): Promise<RowStream> {
  return boundRows(await workspace.bind(query), workspace)
}

/** The rows of a query whose tables are bound. */
export async function boundRows(bound: Relation, workspace: Workspace): Promise<RowStream> {
  const engine = await workspace.engine.get()
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
