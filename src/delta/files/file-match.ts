import type { Expression } from '../../plan/expression.ts'
import type { AddFile } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { Snapshot } from '../snapshot.ts'

/** What is asked of a file of the log, by its partition values and statistics alone. */
export type FileTest = (file: AddFile) => boolean

/** The parts of a table's metadata that tell what its files hold. */
export type FileFacts = Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>

/**
 * Whether a file may hold a row for which a condition over the table's columns is true. False is certain, true is not:
 * what the log does not tell, or what cannot be decided from bounds, may match.
 */
export function fileMayMatch(_metadata: FileFacts, _condition: Expression): FileTest {
  return () => true
}

/** Whether a condition is true for every row of a file by its partition values alone. True is certain, false is not. */
export function partitionFilter(_metadata: FileFacts, _condition: Expression): FileTest {
  return () => false
}

/** The files of a version that may hold a row for which all conditions are true. */
export function matchingFiles(snapshot: Snapshot, conditions: readonly Expression[]): readonly AddFile[] {
  const tests = conditions.map((each) => fileMayMatch(snapshot.metadata, each))
  const files: AddFile[] = []
  for (const file of snapshot.files()) if (tests.every((test) => test(file))) files.push(file)
  return files
}
