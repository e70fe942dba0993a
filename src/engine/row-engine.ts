import type { RowEngine } from '../delta/index.ts'
import { parseExpression, printSparkExpression } from '../sql/index.ts'
import type { Engine, QueryContext } from './engine.ts'

/** An engine as the commands of Delta tables use it. `context` holds for each of its queries. */
export function rowEngineOf(engine: Engine, context: QueryContext): RowEngine {
  return {
    deltaPort: engine.deltaPort,
    schemaOf: (query) => engine.compile(query, context).schema,
    parseExpression,
    printExpression: printSparkExpression,
    parquetSchema: (path) => engine.fileSchemaReader.parquetSchema(path),
    openSession: () => engine.openSession(context),
  }
}
