import { quoteIdentifier } from './quote.ts'

/** The fields of a struct column with their DuckDB types. */
export interface ColumnTree {
  [field: string]: string | ColumnTree
}

const TEXTS = 'MAP(VARCHAR, VARCHAR)'

const DELETION_VECTOR = {
  storageType: 'VARCHAR',
  pathOrInlineDv: 'VARCHAR',
  offset: 'INTEGER',
  sizeInBytes: 'INTEGER',
  cardinality: 'BIGINT',
}

const FILE = { path: 'VARCHAR', partitionValues: TEXTS, size: 'BIGINT' }
const ROW_IDS = { baseRowId: 'BIGINT', defaultRowCommitVersion: 'BIGINT' }

/** The columns that every checkpoint has, by kind of action (PROTOCOL.md, Checkpoint Schema). */
export const CHECKPOINT_COLUMNS = {
  txn: { appId: 'VARCHAR', version: 'BIGINT', lastUpdated: 'BIGINT' },
  add: {
    ...FILE,
    modificationTime: 'BIGINT',
    dataChange: 'BOOLEAN',
    tags: TEXTS,
    deletionVector: DELETION_VECTOR,
    ...ROW_IDS,
    clusteringProvider: 'VARCHAR',
    stats: 'VARCHAR',
  },
  remove: {
    ...FILE,
    deletionTimestamp: 'BIGINT',
    dataChange: 'BOOLEAN',
    extendedFileMetadata: 'BOOLEAN',
    deletionVector: DELETION_VECTOR,
    ...ROW_IDS,
  },
  metaData: {
    id: 'VARCHAR',
    name: 'VARCHAR',
    description: 'VARCHAR',
    format: { provider: 'VARCHAR', options: TEXTS },
    schemaString: 'VARCHAR',
    partitionColumns: 'VARCHAR[]',
    configuration: TEXTS,
    createdTime: 'BIGINT',
  },
  protocol: {
    minReaderVersion: 'INTEGER',
    minWriterVersion: 'INTEGER',
    readerFeatures: 'VARCHAR[]',
    writerFeatures: 'VARCHAR[]',
  },
  domainMetadata: { domain: 'VARCHAR', configuration: 'VARCHAR', removed: 'BOOLEAN' },
  checkpointMetadata: { version: 'BIGINT', tags: TEXTS },
  sidecar: { path: 'VARCHAR', sizeInBytes: 'BIGINT', modificationTime: 'BIGINT', tags: TEXTS },
} as const satisfies ColumnTree

/** Adds the fields that a value has and the tree does not know, with types that hold it: newer writers add fields. */
export function noteFields(tree: ColumnTree, value: object): void {
  for (const [name, each] of Object.entries(value)) {
    const known = tree[name]
    if (each === null || each === undefined) continue
    if (known === undefined) tree[name] = typeOf(each)
    else if (typeof known !== 'string') noteFields(known, Object(each))
    else if (known === 'BIGINT' && typeof each === 'number' && !Number.isInteger(each)) tree[name] = 'DOUBLE'
  }
}

function typeOf(value: unknown): string | ColumnTree {
  switch (typeof value) {
    case 'boolean':
      return 'BOOLEAN'
    case 'bigint':
      return 'BIGINT'
    case 'number':
      return Number.isInteger(value) ? 'BIGINT' : 'DOUBLE'
    case 'object':
      return Array.isArray(value) ? 'JSON' : objectType(value as object)
    default:
      return 'VARCHAR'
  }
}

function objectType(value: object): string | ColumnTree {
  const values = Object.values(value)
  if (values.every((each) => each === null || typeof each === 'string')) return TEXTS
  const tree: ColumnTree = {}
  noteFields(tree, value)
  return tree
}

/** A copy that may be changed. */
export function copyOf(tree: ColumnTree): ColumnTree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, type]) => [name, typeof type === 'string' ? type : copyOf(type)]),
  )
}

/** The DuckDB type of a tree. */
export function structSql(tree: ColumnTree): string {
  const fields = Object.entries(tree).map(
    ([name, type]) => `${quoteIdentifier(name)} ${typeof type === 'string' ? type : structSql(type)}`,
  )
  return `STRUCT(${fields.join(', ')})`
}
