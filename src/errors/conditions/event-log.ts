/** Conditions of reading the event log. */
export const eventLogConditions = {
  'EVENT_LOG.PIPELINE_NOT_FOUND': {
    message: "event_log: the specified pipeline '{pipeline}' was not found; this is pipeline '{current}'.",
    hint: 'Write event_log() for this pipeline, or run the query in the folder of the other one.',
    sqlState: '42704',
  },
  'EVENT_LOG.DATASET_NOT_FOUND': {
    message: "event_log: '{dataset}' is no dataset of pipeline '{current}'.",
    hint: 'Name one of: {datasets}.',
    sqlState: '42P01',
  },
  'EVENT_LOG.WRONG_ARGUMENT': {
    message: 'event_log takes nothing, the text of a pipeline id, or TABLE(dataset).',
    sqlState: '42605',
  },
} as const
