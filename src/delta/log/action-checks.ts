import type { AddFile, RemoveFile } from './actions.ts'

const KINDS = [
  'add',
  'remove',
  'metaData',
  'protocol',
  'txn',
  'cdc',
  'commitInfo',
  'domainMetadata',
  'checkpointMetadata',
  'sidecar',
]
const FILE_FIELDS = [
  'path',
  'partitionValues',
  'size',
  'modificationTime',
  'dataChange',
  'stats',
  'tags',
  'deletionVector',
  'baseRowId',
  'defaultRowCommitVersion',
  'clusteringProvider',
  'deletionTimestamp',
  'extendedFileMetadata',
]

const kinds = new Set(KINDS)
const fileFields = new Set(FILE_FIELDS)

/**
 * What is wrong with the name of an action; undefined for those of the protocol and for future ones, which readers ignore.
 * A name one character off is no future one but a damaged file.
 */
export function kindProblem(kind: string): string | undefined {
  return kinds.has(kind) ? undefined : nameProblem('action', kind, KINDS)
}

/** What makes an `add` or `remove` unusable; undefined where nothing does. */
export function fileProblem(file: AddFile | RemoveFile, isAdd: boolean): string | undefined {
  for (const name in file) {
    if (fileFields.has(name)) continue
    const problem = nameProblem('field', name, FILE_FIELDS)
    if (problem !== undefined) return problem
  }
  if (typeof file.path !== 'string' || file.path === '') return 'its path is missing'
  if (typeof file.dataChange !== 'boolean') return `its dataChange is '${String(file.dataChange)}'`
  if (file.size == null ? isAdd : !isCount(file.size)) return `its size is '${String(file.size)}'`
  const values = file.partitionValues
  if (values == null ? isAdd : typeof values !== 'object') return 'its partitionValues are missing'
  const vector = file.deletionVector
  if (vector != null && (typeof vector.pathOrInlineDv !== 'string' || !isCount(vector.cardinality))) {
    return 'its deletionVector is incomplete'
  }
  return undefined
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function nameProblem(what: string, name: string, known: readonly string[]): string | undefined {
  const meant = known.find((each) => differences(each, name) === 1)
  return meant && `it has the unknown ${what} '${name}', likely '${meant}'`
}

function differences(a: string, b: string): number {
  if (a.length !== b.length) return Infinity
  let count = 0
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) count += 1
  return count
}
