import { basename, dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { PipelineError } from '../../errors/index.ts'
import { localStorage } from '../../storage/local-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { decodePath } from '../files/file-path.ts'
import type { DeletionVectorDescriptor } from '../log/actions.ts'
import { readRoaring64 } from './read-roaring.ts'
import { vectorPath } from './vector-path.ts'
import { decodeZ85 } from './z85.ts'

/**
 * The row positions that a deletion vector marks as deleted, ascending (PROTOCOL.md, Deletion Vectors). `file` names the
 * data file in DELTA_INVALID_DELETION_VECTOR.
 */
export async function readDeletionVector(
  descriptor: DeletionVectorDescriptor,
  storage: Storage,
  file: string,
): Promise<Float64Array> {
  const fail = (detail: string): never => {
    throw new PipelineError('DELTA_INVALID_DELETION_VECTOR', { file, table: storage.name, detail })
  }
  const bitmap =
    descriptor.storageType === 'i'
      ? decodeZ85(descriptor.pathOrInlineDv, descriptor.sizeInBytes)
      : await readStored(descriptor, storage, fail)
  const rows = readRoaring64(bitmap) ?? fail('it is not a portable Roaring bitmap')
  if (rows.length !== descriptor.cardinality) {
    fail(`it holds ${rows.length} rows where the log says ${descriptor.cardinality}`)
  }
  return rows
}

/** A bitmap in a file: its size and checksum around it are big-endian, and `offset` points at the size. */
async function readStored(
  descriptor: DeletionVectorDescriptor,
  storage: Storage,
  fail: (detail: string) => never,
): Promise<Uint8Array> {
  const path = vectorPath(descriptor)!
  const { sizeInBytes } = descriptor
  const bytes = await readFile(path, storage, [descriptor.offset ?? 1, sizeInBytes + 8])
  if (bytes === undefined || bytes.length < sizeInBytes + 8) return fail(`${path} is missing or too short`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bitmap = bytes.subarray(4, 4 + sizeInBytes)
  if (view.getInt32(0) !== sizeInBytes) return fail(`${path} holds another size than the log says`)
  if (view.getUint32(4 + sizeInBytes) !== crc32(bitmap)) return fail(`the checksum in ${path} is wrong`)
  return bitmap
}

/** Bytes of a file by its path in the log: below the table's root, or anywhere where a clone reads another table's. */
async function readFile(
  path: string,
  storage: Storage,
  [offset, length]: readonly [number, number],
): Promise<Uint8Array | undefined> {
  const local = decodePath(path).replace(/^file:\/*/, '/')
  if (!local.startsWith('/')) return storage.readRange(path, offset, length)
  if (local.startsWith(`${storage.name}/`)) {
    return storage.readRange(local.slice(storage.name.length + 1), offset, length)
  }
  return localStorage(dirname(local)).readRange(basename(local), offset, length)
}
