export type {
  AddFile,
  Commit,
  CommitInfo,
  DeletionVectorDescriptor,
  DomainMetadata,
  PartitionValues,
  Protocol,
  RemoveFile,
  SetTransaction,
} from './actions.ts'
export { addFileFrom } from './add-file.ts'
export { dataFilePath, decodePath, encodePath } from './file-path.ts'
export type { HistoryEntry } from './history.ts'
export type { Metadata } from './metadata.ts'
export type { DeltaPort } from './port.ts'
export { deltaScanOf } from './scan.ts'
export type { Snapshot } from './snapshot.ts'
export { type CreateTableOptions, DeltaTable } from './table.ts'
export { type CommitOptions, type CommitResult, type MetadataChange, Transaction } from './transaction.ts'
export { cleanLog, vacuum } from './vacuum.ts'
