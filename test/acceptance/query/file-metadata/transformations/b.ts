import { readStream, streamingTable } from 'millrace'
import { col } from 'millrace/functions'

streamingTable('b', () =>
  readStream
    .format('delta')
    .load('land')
    .withColumns({ file: col('_metadata.file_path') }),
)
