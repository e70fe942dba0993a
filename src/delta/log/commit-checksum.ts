import { crc32 } from 'node:zlib'
import { PipelineError } from '../../errors/index.ts'

/**
 * Commits carry a checksum of their own in commitInfo, which is free-form: `"checksum":"crc32-<8 hexadecimal digits>"`, the
 * CRC-32 of the file with zeros in place of these digits. Nothing in the protocol protects a commit: a flipped bit in a
 * size or a path, a lost or doubled line would go unnoticed.
 */
export const EMPTY_CHECKSUM = 'crc32-00000000'

const MARK = Buffer.from('"checksum":"crc32-')
const DIGITS = 8
const ZEROS = '0'.repeat(DIGITS)

/** Puts the checksum into a commit whose first line is a commitInfo with EMPTY_CHECKSUM. */
export function sealCommit(bytes: Uint8Array): Uint8Array {
  const position = digitsOf(bytes)
  if (position === undefined) return bytes
  bytes.set(Buffer.from(checksum(bytes, position)), position)
  return bytes
}

/** Throws DELTA_INVALID_LOG_FILE where a commit differs from what was sealed. Other writers' have no checksum. */
export function checkCommit(bytes: Uint8Array, file: string): void {
  const position = digitsOf(bytes)
  if (position === undefined) return
  const written = Buffer.from(bytes.subarray(position, position + DIGITS)).toString('latin1')
  const found = checksum(bytes, position)
  if (found === written) return
  throw new PipelineError('DELTA_INVALID_LOG_FILE', {
    place: file,
    detail: `its checksum is ${found}, it was written with ${written}`,
  })
}

/** Where the digits stand: in the last field of that name in the first line. */
function digitsOf(bytes: Uint8Array): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = buffer.indexOf('\n')
  const mark = buffer.subarray(0, end === -1 ? buffer.length : end).lastIndexOf(MARK)
  return mark === -1 ? undefined : mark + MARK.length
}

function checksum(bytes: Uint8Array, position: number): string {
  const before = crc32(ZEROS, crc32(bytes.subarray(0, position)))
  return crc32(bytes.subarray(position + DIGITS), before)
    .toString(16)
    .padStart(DIGITS, '0')
}
