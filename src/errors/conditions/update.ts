/** Conditions of running updates, and of the files that updates keep between runs. */
export const updateConditions = {
  UNSUPPORTED_FORMAT_VERSION: {
    message:
      "'{path}' is a {format} of format version {found}; this version of Millrace reads versions up to {supported}.",
    hint: 'It was written by a newer Millrace: upgrade, or use another storage folder.',
    sqlState: '0A000',
  },
  DAMAGED_FILE: {
    message: "'{path}' in {storage} is not a whole {format}: {detail}.",
    hint: 'Restore the file from a backup, or start over with a full refresh.',
    sqlState: '58030',
  },
  UPDATE_ALREADY_RUNNING: {
    message:
      'Pipeline {pipelineId} is being updated already: update {updateId}, process {pid} on host {host}, since {since}.',
    hint: 'Wait for it, or stop that process.',
    sqlState: '55006',
  },
  LEASE_LOST: {
    message:
      'Update {updateId} of pipeline {pipelineId} no longer holds the lease (its token {token}, now {current}): {detail}.',
    hint: 'Nothing was committed after that. The other update goes on from what this one had finished.',
    sqlState: '40001',
  },
} as const
