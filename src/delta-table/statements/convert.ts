import { resolve } from 'node:path'
import { convertToDelta } from '../../delta/index.ts'
import type { ConvertToDelta } from '../../sql/index.ts'
import { localStorage } from '../../storage/index.ts'
import { field, struct } from '../../types/data-type.ts'
import { newColumn } from '../new-column.ts'
import { NO_ROWS, type RowStream } from '../row-stream.ts'
import type { Workspace } from '../workspace.ts'

/** CONVERT TO DELTA: makes a folder of Parquet files a table, in place. */
export async function convert(command: ConvertToDelta, workspace: Workspace): Promise<RowStream> {
  const storage = localStorage(resolve(workspace.folder, command.path))
  const partitions = command.partitionedBy.map((each) => newColumn(each))
  await convertToDelta(
    { storage, engine: await workspace.rowEngine() },
    {
      collectStatistics: command.collectStatistics,
      ...(partitions.length > 0 && {
        partitionSchema: struct(partitions.map(({ path, dataType }) => field(path[0]!, dataType))),
      }),
    },
  )
  return NO_ROWS
}
