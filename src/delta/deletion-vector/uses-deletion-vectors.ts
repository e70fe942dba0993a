import type { Metadata } from '../schema/metadata.ts'

/** Whether writers mark deleted rows instead of rewriting files: `delta.enableDeletionVectors`. */
export function usesDeletionVectors({ configuration }: Pick<Metadata, 'configuration'>): boolean {
  return configuration['delta.enableDeletionVectors']?.toLowerCase() === 'true'
}
