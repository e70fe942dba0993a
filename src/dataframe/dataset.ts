import { formatTableName, parseTableName } from '../plan/table-name.ts'

/**
 * A dataset as its definition returns it: a plain value that other definitions read and write by, in place of its name.
 * `Columns` are the names of its columns where the types know them.
 */
export interface Dataset<Columns extends string = string> {
  readonly kind: 'Dataset'
  /** One to three parts, as written. */
  readonly name: readonly string[]
  /** Phantom: carries the column names through the types. */
  readonly columns?: Columns
}

/** A dataset by its handle or its name. */
export type DatasetOrName<Columns extends string = string> = Dataset<Columns> | string

/** The handle of the dataset with that name. */
export function datasetNamed<Columns extends string>(name: string): Dataset<Columns> {
  return { kind: 'Dataset', name: parseTableName(name) }
}

export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Dataset'
}

/** The parts of the name that a handle or a text gives. */
export function partsOf(dataset: DatasetOrName): readonly string[] {
  return isDataset(dataset) ? dataset.name : parseTableName(dataset)
}

/** The name as SQL text. */
export function sqlNameOf(dataset: Dataset): string {
  return formatTableName(dataset.name)
}
