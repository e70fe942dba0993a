import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Storage } from '../../storage/storage.ts'
import type { AddFile, DeletionVectorDescriptor } from '../log/actions.ts'
import { readDeletionVector } from './deletion-vector.ts'
import { vectorFileName } from './vector-path.ts'
import { writeRoaring64 } from './write-roaring.ts'
import { encodeZ85 } from './z85.ts'

/** Rows to be deleted from a live file. */
export interface DeletedRows {
  readonly file: AddFile
  /** Positions in the file, in any order; those that its vector has already may be among them. */
  readonly rows: Float64Array
}

/** Bitmaps up to this many bytes stand in the log itself: reading them costs no request. */
const INLINE_LIMIT = 256

/**
 * The same files with deletion vectors that also hold these rows, to be added in place of the old actions, which are to be
 * removed (PROTOCOL.md, Deletion Vectors). Large bitmaps go to one durable file. The files' statistics must have
 * `numRecords`. Throws DELTA_INVALID_DELETION_VECTOR where an old vector cannot be read.
 */
export async function writeDeletionVectors(
  storage: Storage,
  deleted: readonly DeletedRows[],
): Promise<AddFile[]> {
  const vectors: Vector[] = []
  for (const { file, rows } of deleted) {
    const old =
      file.deletionVector == null
        ? new Float64Array(0)
        : await readDeletionVector(file.deletionVector, storage, file.path)
    const united = unionOf(old, rows)
    vectors.push({ file, cardinality: united.length, bitmap: writeRoaring64(united) })
  }
  const descriptors = await store(storage, vectors)
  return vectors.map(({ file }, i) => ({
    ...file,
    dataChange: true,
    deletionVector: descriptors[i]!,
    ...(file.stats != null && { stats: withWideBounds(file.stats) }),
  }))
}

interface Vector {
  readonly file: AddFile
  readonly cardinality: number
  readonly bitmap: Uint8Array
}

/** The numbers of both lists, the first of them ascending: ascending and distinct. */
export function unionOf(left: Float64Array, right: Float64Array): Float64Array {
  const other = isAscending(right) ? right : right.toSorted()
  const all = new Float64Array(left.length + other.length)
  let length = 0
  for (let i = 0, j = 0; i < left.length || j < other.length; ) {
    const takesLeft = j === other.length || (i < left.length && left[i]! <= other[j]!)
    const value = takesLeft ? left[i++]! : other[j++]!
    if (length === 0 || value !== all[length - 1]) all[length++] = value
  }
  return all.subarray(0, length)
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false
  return true
}

async function store(storage: Storage, vectors: readonly Vector[]): Promise<DeletionVectorDescriptor[]> {
  const uuid = randomUUID()
  const parts: Uint8Array[] = [Uint8Array.of(1)]
  let offset = 1
  const descriptors = vectors.map(({ bitmap, cardinality }): DeletionVectorDescriptor => {
    const common = { sizeInBytes: bitmap.length, cardinality }
    if (bitmap.length <= INLINE_LIMIT) {
      return { storageType: 'i', pathOrInlineDv: encodeZ85(bitmap), ...common }
    }
    const at = offset
    parts.push(bigEndian32(bitmap.length), bitmap, bigEndian32(crc32(bitmap)))
    offset += bitmap.length + 8
    const name = encodeZ85(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
    return { storageType: 'u', pathOrInlineDv: name, offset: at, ...common }
  })
  if (parts.length > 1) await storage.put(vectorFileName(uuid), Buffer.concat(parts))
  return descriptors
}

function bigEndian32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Counts stay those of the whole file; bounds may now lie outside of the rows that are left. */
function withWideBounds(stats: string): string {
  const tight = /"tightBounds"\s*:\s*(true|false)/
  return tight.test(stats)
    ? stats.replace(tight, '"tightBounds":false')
    : stats.replace(/\}\s*$/, ',"tightBounds":false}')
}
