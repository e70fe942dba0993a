import { crc32 } from 'node:zlib'
import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { decodePath } from '../files/file-path.ts'
import type { DeletionVectorDescriptor } from '../log/actions.ts'
import { readRoaring64 } from './roaring.ts'
import { decodeZ85 } from './z85.ts'

/**
 * The row positions that a deletion vector marks as deleted, ascending (PROTOCOL.md, Deletion Vectors). `file` names the
 * data file in DELTA_INVALID_DELETION_VECTOR.
 */
export async function readDeletionVector(
  descriptor: DeletionVectorDescriptor,
  storage: Storage,
  file: string,
): Promise<readonly bigint[]> {
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
  const path = vectorPath(descriptor, storage, fail)
  const { sizeInBytes } = descriptor
  const bytes = await storage.readRange(path, descriptor.offset ?? 1, sizeInBytes + 8)
  if (bytes === undefined || bytes.length < sizeInBytes + 8) return fail(`${path} is missing or too short`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bitmap = bytes.subarray(4, 4 + sizeInBytes)
  if (view.getInt32(0) !== sizeInBytes) return fail(`${path} holds another size than the log says`)
  if (view.getUint32(4 + sizeInBytes) !== crc32(bitmap)) return fail(`the checksum in ${path} is wrong`)
  return bitmap
}

/** `u`: an optional folder, then the UUID in 20 characters of Z85. `p`: an absolute path, here below the table's root. */
function vectorPath(
  { storageType, pathOrInlineDv }: DeletionVectorDescriptor,
  storage: Storage,
  fail: (detail: string) => never,
): string {
  if (storageType === 'u') {
    const folder = pathOrInlineDv.slice(0, -20)
    const uuid = Buffer.from(decodeZ85(pathOrInlineDv.slice(-20), 16)).toString('hex')
    const name = `deletion_vector_${uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}.bin`
    return folder === '' ? name : `${folder}/${name}`
  }
  const absolute = decodePath(pathOrInlineDv).replace(/^file:\/*/, '/')
  if (!absolute.startsWith(`${storage.name}/`)) return fail(`${pathOrInlineDv} is outside of the table`)
  return absolute.slice(storage.name.length + 1)
}
