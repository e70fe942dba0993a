/** Conditions of running queries on an engine. */
export const engineConditions = {
  INTERNAL_ERROR: {
    message: 'This is a bug in Millrace: {detail}',
    hint: 'Please report it with the command that you ran.',
    sqlState: 'XX000',
  },
} as const
