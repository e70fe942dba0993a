import type { Metadata } from '../schema/metadata.ts'
import type { WriteOptions } from './write-rows.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Files that `delta.autoOptimize.optimizeWrite` aims at, in bytes, where `delta.targetFileSize` says nothing. */
const OPTIMIZED_SIZE = 128 * 2 ** 20

/**
 * The form that a table's properties want its files to have: `delta.targetFileSize` (`134217728`, `128mb`), and with
 * `delta.autoOptimize.optimizeWrite` one file per partition up to that size instead of one per thread.
 */
export function fileShape({
  configuration,
  partitionColumns,
}: Metadata): Pick<WriteOptions, 'targetFileSize' | 'orderBy'> {
  const size = parseBytes(configuration['delta.targetFileSize'])
  if (configuration['delta.autoOptimize.optimizeWrite']?.toLowerCase() !== 'true') {
    return size === undefined ? {} : { targetFileSize: size }
  }
  return { targetFileSize: size ?? OPTIMIZED_SIZE, orderBy: partitionColumns }
}

/** Bytes of `1048576`, `1m`, `100 MB`, `1gb`; undefined for other texts. */
export function parseBytes(text: string | undefined): number | undefined {
  const match = /^\s*(\d+)\s*(?:([kmg])b?|b)?\s*$/i.exec(text ?? '')
  return match === null ? undefined : Number(match[1]) * UNITS[match[2]?.toLowerCase() ?? '']!
}
