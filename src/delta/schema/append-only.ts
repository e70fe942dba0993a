import { PipelineError } from '../../errors/index.ts'
import type { Metadata } from './metadata.ts'

/** Throws DELTA_CANNOT_MODIFY_APPEND_ONLY where rows may only be added (`delta.appendOnly`). */
export function checkNotAppendOnly({ configuration }: Pick<Metadata, 'configuration'>, table: string): void {
  if (configuration['delta.appendOnly']?.toLowerCase() !== 'true') return
  throw new PipelineError('DELTA_CANNOT_MODIFY_APPEND_ONLY', { table })
}
