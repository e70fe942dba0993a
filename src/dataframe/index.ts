export { callSite, displayPath } from './call-site.ts'
export { DataFrame, type JoinHow } from './dataframe.ts'
export { type Dataset, type DatasetOrName, datasetNamed, isDataset, partsOf } from './dataset.ts'
export { GroupedData } from './grouped-data.ts'
export {
  type Configuration,
  conf,
  currentQueryContext,
  globalOnce,
  type QueryContext,
  unknownKey,
  withQueryContext,
} from './query-context.ts'
export { DataFrameReader, read, readStream, type SchemaSource, schemaOf } from './reader.ts'
export { sql } from './sql-template.ts'
export type { ColumnsOfDdl } from './typed-columns.ts'
