/** Conditions of the command line beyond its grammar. */
export const cliConditions = {
  FOLDER_NOT_EMPTY: {
    message: 'The folder {folder} is not empty.',
    hint: 'Name a folder that does not exist yet.',
    sqlState: '42710',
  },
  DATASET_NOT_FOUND: {
    message: "The pipeline has no dataset '{dataset}'.",
    hint: '{suggestion}',
    sqlState: '42P01',
  },
} as const
