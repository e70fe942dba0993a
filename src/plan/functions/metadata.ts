import { rewritten } from './define.ts'
import type { FunctionDefinition } from './signature.ts'

/** What is known of the file that a row came from. */
export const metadataFunctions: readonly FunctionDefinition[] = [
  rewritten('input_file_name', { min: 0, max: 0 }, () => ({
    kind: 'UnresolvedAttribute',
    parts: ['_metadata', 'file_path'],
  })),
]
