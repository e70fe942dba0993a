/** Conditions of running queries on an engine. */
export const engineConditions = {
  ENGINE_FAILED: {
    message: 'The engine could not run a query: {detail}',
    sqlState: '58000',
  },
  DELTA_FILE_NOT_FOUND_DETAILED: {
    message: 'File {filePath} cannot be found, although the table or the query names it.',
    hint: 'VACUUM deletes files that only old versions read: read a newer version. A file that was deleted by hand must be put back, or RESTORE a version without it.',
    sqlState: '42K03',
  },
  ENGINE_OUT_OF_DISK: {
    message: 'No space is left on the disk: {detail}',
    hint: 'Free some space and run again: nothing was half-written, the next update goes on where this one stopped.',
    sqlState: '53100',
  },
  ENGINE_OUT_OF_MEMORY: {
    message: 'The query needs more memory than the engine may use: {detail}',
    hint: "Raise 'memory_limit' under 'engine' in the pipeline's settings, or lower 'maxFilesPerTrigger'.",
    sqlState: '53200',
  },
  INTERNAL_ERROR: {
    message: 'This is a bug in Millrace: {detail}',
    hint: 'Please report it with the command that you ran.',
    sqlState: 'XX000',
  },
  OPERATION_CANCELED: {
    message: 'The operation was stopped.',
    sqlState: 'HY008',
  },
  USER_RAISED_EXCEPTION: {
    message: '{errorMessage}',
    sqlState: 'P0001',
  },
} as const
