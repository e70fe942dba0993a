import { parseByteSize } from '../../types/byte-size.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { WriteOptions } from './write-rows.ts'

/** Files that `delta.autoOptimize.optimizeWrite` aims at, in bytes, where `delta.targetFileSize` says nothing. */
const OPTIMIZED_SIZE = 128 * 2 ** 20

/**
 * The form that a table's properties want its files to have: `delta.targetFileSize` (`134217728`, `128mb`), and with
 * `delta.autoOptimize.optimizeWrite` one file per partition up to that size instead of one per thread.
 */
export function fileShape({
  configuration,
  partitionColumns,
}: Pick<Metadata, 'configuration' | 'partitionColumns'>): Pick<WriteOptions, 'targetFileSize' | 'orderBy'> {
  const size = parseByteSize(configuration['delta.targetFileSize'] ?? '')
  if (configuration['delta.autoOptimize.optimizeWrite']?.toLowerCase() !== 'true') {
    return size === undefined ? {} : { targetFileSize: size }
  }
  return { targetFileSize: size ?? OPTIMIZED_SIZE, orderBy: partitionColumns }
}
