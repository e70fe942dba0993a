import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { PipelineError } from '../../errors/index.ts'

/**
 * Parquet files that carry their own checksum: pages of most writers, DuckDB's among them, have none. A file is written with
 * `SEAL_KEY` = eight zeros in the metadata of its footer; `sealFile` puts the CRC-32 of that file in their place.
 */
export const SEAL_KEY = 'millrace.crc32'
export const EMPTY_SEAL = '00000000'

const FOOTER_END = 8
const CHUNK = 1 << 20

/** Puts the checksum into a local file that was written with an empty seal. */
export function sealFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    const size = fstatSync(file).size
    const seal = findSeal(file, size)
    if (seal === undefined) throw damaged(path, 'it was written without a place for its checksum')
    writeSync(file, Buffer.from(checksum(file, size, seal.position)), 0, EMPTY_SEAL.length, seal.position)
  } finally {
    closeSync(file)
  }
}

/** Throws DELTA_INVALID_LOG_FILE where a local file differs from what was sealed. Files of other writers have no seal. */
export function checkSeal(path: string): void {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const seal = findSeal(file, size)
    if (seal === undefined) return
    const found = checksum(file, size, seal.position)
    if (found !== seal.text) throw damaged(path, `its checksum is ${found}, it was written with ${seal.text}`)
  } finally {
    closeSync(file)
  }
}

/** The place of the eight digits in the footer: they follow the key, a field header and their length. */
function findSeal(file: number, size: number): { position: number; text: string } | undefined {
  if (size < FOOTER_END) return undefined
  const end = readAt(file, size - FOOTER_END, FOOTER_END)
  const length = end.readUInt32LE(0)
  if (end.toString('latin1', 4) !== 'PAR1' || length + FOOTER_END > size) return undefined
  const start = size - FOOTER_END - length
  const footer = readAt(file, start, length)
  const key = footer.lastIndexOf(SEAL_KEY)
  if (key === -1) return undefined
  const offset = key + SEAL_KEY.length + 2
  return { position: start + offset, text: footer.toString('latin1', offset, offset + EMPTY_SEAL.length) }
}

function checksum(file: number, size: number, position: number): string {
  const buffer = Buffer.alloc(CHUNK)
  let value = 0
  const add = (from: number, to: number) => {
    for (let at = from; at < to; ) {
      const count = readSync(file, buffer, 0, Math.min(CHUNK, to - at), at)
      if (count === 0) return
      value = crc32(buffer.subarray(0, count), value)
      at += count
    }
  }
  add(0, position)
  value = crc32(EMPTY_SEAL, value)
  add(position + EMPTY_SEAL.length, size)
  return value.toString(16).padStart(EMPTY_SEAL.length, '0')
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}

function damaged(path: string, detail: string): PipelineError {
  return new PipelineError('DELTA_INVALID_LOG_FILE', { place: path, detail })
}
