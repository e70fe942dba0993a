import { closeSync, createReadStream, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { isCondition, PipelineError } from '../errors/index.ts'

/** A piece of a file that ends where a line ends (or the file does). */
export interface Chunk {
  /** `bytes[end]` is always `\n`: a scan needs no bounds check. Valid until the next chunk is asked for. */
  readonly bytes: Buffer
  readonly end: number
  readonly isFirst: boolean
  readonly isLast: boolean
  /** True where the limit ended it, perhaps within a line. */
  readonly isCut: boolean
}

/** Sizes in bytes. */
const CHUNK = 1 << 20
const YIELD_EVERY = 8 << 20
/** A single line, the longest that a JavaScript string can hold. */
const LONGEST_LINE = (1 << 29) - 24
const LF = 10
const CR = 13

/**
 * The bytes of a local file, decompressed by its ending (`.gz`, `.zst`, `.deflate`), in chunks of whole lines; a line ends
 * at `\n` or at `\r`. At most about `limit` bytes of content, when given. Throws FAILED_READ_FILE.*.
 */
export async function* fileChunks(
  path: string,
  displayPath: string,
  limit = Infinity,
): AsyncGenerator<Chunk> {
  const reader = openReader(path, displayPath)
  let buffer: Buffer = Buffer.allocUnsafeSlow(CHUNK + 1)
  let filled = 0
  let isFirst = true
  let total = 0
  let sinceYield = 0
  try {
    for (;;) {
      if (filled === buffer.length - 1) buffer = grown(buffer, displayPath)
      const count = await reader.read(buffer, filled, buffer.length - 1 - filled)
      filled += count
      total += count
      sinceYield += count
      const isLast = count === 0 || total >= limit
      if (isLast && filled === 0 && !isFirst) return
      const end = isLast ? filled : lastLineEnd(buffer, filled)
      if (end === 0 && !isLast) continue
      const kept = Buffer.from(buffer.subarray(end, filled))
      buffer[end] = LF
      yield { bytes: buffer, end, isFirst, isLast, isCut: isLast && count > 0 }
      if (isLast) return
      kept.copy(buffer, 0)
      filled = kept.length
      isFirst = false
      if (sinceYield > YIELD_EVERY) {
        sinceYield = 0
        await setImmediate()
      }
    }
  } catch (error) {
    throw readFailure(error, displayPath)
  } finally {
    reader.close()
  }
}

/** The whole content of a file. */
export async function fileContent(path: string, displayPath: string): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of fileChunks(path, displayPath))
    parts.push(Buffer.from(chunk.bytes.subarray(0, chunk.end)))
  return Buffer.concat(parts)
}

/** What went wrong when a file was opened or read, as a catalogued condition. */
export function readFailure(error: unknown, path: string): unknown {
  if (isCondition(error, 'FAILED_READ_FILE.NO_HINT') || error instanceof PipelineError) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT')
    return new PipelineError('FAILED_READ_FILE.FILE_NOT_EXIST', { path }, { cause: error })
  if (code === undefined) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new PipelineError('FAILED_READ_FILE.NO_HINT', { path, reason }, { cause: error })
}

/** A chunk ends behind its last `\n`; a `\r` at the very end may still belong to a `\r\n`. */
function lastLineEnd(buffer: Buffer, filled: number): number {
  const newline = buffer.lastIndexOf(LF, filled - 1)
  if (newline >= 0) return newline + 1
  return filled < 2 ? 0 : buffer.lastIndexOf(CR, filled - 2) + 1
}

function grown(buffer: Buffer, path: string): Buffer {
  if (buffer.length > LONGEST_LINE) {
    throw new PipelineError('FAILED_READ_FILE.NO_HINT', {
      path,
      reason: `a line is longer than ${LONGEST_LINE} bytes`,
    })
  }
  const larger = Buffer.allocUnsafeSlow((buffer.length - 1) * 2 + 1)
  buffer.copy(larger)
  return larger
}

interface Reader {
  read(into: Buffer, offset: number, length: number): number | Promise<number>
  close(): void
}

function openReader(path: string, displayPath: string): Reader {
  try {
    return compressionOf(path) === undefined ? plainReader(path) : decompressingReader(path)
  } catch (error) {
    throw readFailure(error, displayPath)
  }
}

function plainReader(path: string): Reader {
  const file = openSync(path, 'r')
  if (fstatSync(file).isDirectory()) {
    closeSync(file)
    throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
  }
  return {
    read: (into, offset, length) => readSync(file, into, offset, length, null),
    close: () => closeSync(file),
  }
}

/** Hadoop's codec by file ending, as far as they are supported. */
function compressionOf(path: string): 'gzip' | 'zstd' | 'deflate' | undefined {
  if (/\.gz$/i.test(path)) return 'gzip'
  if (/\.zst$/i.test(path)) return 'zstd'
  return /\.deflate$/i.test(path) ? 'deflate' : undefined
}

function decompressingReader(path: string): Reader {
  closeSync(openSync(path, 'r'))
  const codec = { gzip: createGunzip, zstd: createZstdDecompress, deflate: createInflate }[
    compressionOf(path)!
  ]
  const input = createReadStream(path)
  const stream = input.pipe(codec())
  input.on('error', (error) => stream.destroy(error))
  const parts = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let part: Buffer = Buffer.alloc(0)
  return {
    async read(into, offset, length) {
      while (part.length === 0) {
        const next = await parts.next()
        if (next.done === true) return 0
        part = next.value
      }
      const count = part.copy(into, offset, 0, length)
      part = part.subarray(count)
      return count
    },
    close() {
      input.destroy()
      stream.destroy()
    },
  }
}

/** True where content begins with UTF-8's byte order mark. */
export function hasByteOrderMark(bytes: Uint8Array, end: number): boolean {
  return end >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** The place of the `\n` or `\r` that ends the line; there is one, as chunks end with `\n`. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] !== LF && bytes[at] !== CR) at++
  return at
}

/** Lines of text. A disk that is nearly full may take a part of them without a word. */
export function writeLines(into: number, lines: readonly string[]): void {
  writeAll(into, Buffer.from(`${lines.join('\n')}\n`))
}

export function writeAll(into: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) written += writeSync(into, bytes, written)
}
