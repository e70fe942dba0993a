import type { OptionKind } from '../option-value.ts'

export interface OptionEntry {
  readonly kind: OptionKind
  /** The formats it is for; all where there is none. */
  readonly formats?: readonly string[]
  /** Accepted, and without meaning here. */
  readonly isIgnored?: boolean
  /** Known, and refused because leaving it out would change the rows. */
  readonly isRefused?: boolean
}

/** The options of Auto Loader: with the prefix `cloudFiles.` there, without it in `read_files`. */
export const LOADER_OPTIONS = {
  format: { kind: 'text' },
  schemaLocation: { kind: 'text' },
  inferColumnTypes: { kind: 'flag' },
  schemaHints: { kind: 'text' },
  schemaEvolutionMode: { kind: 'text' },
  includeExistingFiles: { kind: 'flag' },
  maxFilesPerTrigger: { kind: 'count' },
  maxBytesPerTrigger: { kind: 'bytes' },
  maxFileAge: { kind: 'duration' },
  allowOverwrites: { kind: 'flag' },
  cleanSource: { kind: 'text' },
  'cleanSource.retentionDuration': { kind: 'duration' },
  'cleanSource.moveDestination': { kind: 'text' },
  partitionColumns: { kind: 'text' },
  useStrictGlobber: { kind: 'flag' },
  validateOptions: { kind: 'flag' },
  backfillInterval: { kind: 'duration', isIgnored: true },
  useNotifications: { kind: 'flag', isIgnored: true },
  useManagedFileEvents: { kind: 'flag', isIgnored: true },
  useIncrementalListing: { kind: 'text', isIgnored: true },
  fetchParallelism: { kind: 'count', isIgnored: true },
  pathRewrites: { kind: 'text', isIgnored: true },
  resourceTag: { kind: 'text', isIgnored: true },
  region: { kind: 'text', isIgnored: true },
  queueUrl: { kind: 'text', isIgnored: true },
  queueName: { kind: 'text', isIgnored: true },
  subscriptionId: { kind: 'text', isIgnored: true },
  subscription: { kind: 'text', isIgnored: true },
  resourceGroup: { kind: 'text', isIgnored: true },
  connectionString: { kind: 'text', isIgnored: true },
  tenantId: { kind: 'text', isIgnored: true },
  clientId: { kind: 'text', isIgnored: true },
  clientSecret: { kind: 'text', isIgnored: true },
  projectId: { kind: 'text', isIgnored: true },
} as const satisfies Readonly<Record<string, OptionEntry>>

const JSON_ONLY = ['json']
const CSV_ONLY = ['csv']
const TEXTUAL = ['json', 'csv']
const LINES = ['json', 'csv', 'text']

/** Options of the files themselves, never with a prefix. */
export const FILE_OPTIONS = {
  pathGlobFilter: { kind: 'text' },
  fileNamePattern: { kind: 'text' },
  recursiveFileLookup: { kind: 'flag' },
  modifiedAfter: { kind: 'moment' },
  modifiedBefore: { kind: 'moment' },
  ignoreCorruptFiles: { kind: 'flag' },
  ignoreMissingFiles: { kind: 'flag' },
  rescuedDataColumn: { kind: 'text' },
  readerCaseSensitive: { kind: 'flag' },
  mergeSchema: { kind: 'flag', formats: ['parquet', 'csv'] },
  mode: { kind: 'text', formats: TEXTUAL },
  columnNameOfCorruptRecord: { kind: 'text', formats: TEXTUAL },
  badRecordsPath: { kind: 'text', formats: TEXTUAL, isIgnored: true },
  dateFormat: { kind: 'text', formats: TEXTUAL },
  timestampFormat: { kind: 'text', formats: TEXTUAL },
  timestampNTZFormat: { kind: 'text', formats: TEXTUAL },
  timeZone: { kind: 'text', formats: TEXTUAL },
  locale: { kind: 'text', formats: TEXTUAL, isIgnored: true },
  encoding: { kind: 'text', formats: LINES },
  charset: { kind: 'text', formats: CSV_ONLY },
  lineSep: { kind: 'text', formats: LINES },
  multiLine: { kind: 'flag', formats: TEXTUAL },
  allowBackslashEscapingAnyCharacter: { kind: 'flag', formats: JSON_ONLY },
  allowComments: { kind: 'flag', formats: JSON_ONLY },
  allowNonNumericNumbers: { kind: 'flag', formats: JSON_ONLY },
  allowNumericLeadingZeros: { kind: 'flag', formats: JSON_ONLY },
  allowSingleQuotes: { kind: 'flag', formats: JSON_ONLY },
  allowUnquotedControlChars: { kind: 'flag', formats: JSON_ONLY },
  allowUnquotedFieldNames: { kind: 'flag', formats: JSON_ONLY },
  dropFieldIfAllNull: { kind: 'flag', formats: JSON_ONLY },
  inferTimestamp: { kind: 'flag', formats: JSON_ONLY },
  prefersDecimal: { kind: 'flag', formats: TEXTUAL },
  primitivesAsString: { kind: 'flag', formats: JSON_ONLY },
  sep: { kind: 'text', formats: CSV_ONLY },
  delimiter: { kind: 'text', formats: CSV_ONLY },
  quote: { kind: 'text', formats: CSV_ONLY },
  escape: { kind: 'text', formats: CSV_ONLY },
  comment: { kind: 'text', formats: CSV_ONLY },
  header: { kind: 'flag', formats: CSV_ONLY },
  inferSchema: { kind: 'flag', formats: CSV_ONLY },
  preferDate: { kind: 'flag', formats: CSV_ONLY },
  enforceSchema: { kind: 'flag', formats: CSV_ONLY },
  ignoreLeadingWhiteSpace: { kind: 'flag', formats: CSV_ONLY },
  ignoreTrailingWhiteSpace: { kind: 'flag', formats: CSV_ONLY },
  nullValue: { kind: 'text', formats: CSV_ONLY },
  emptyValue: { kind: 'text', formats: CSV_ONLY },
  nanValue: { kind: 'text', formats: CSV_ONLY },
  positiveInf: { kind: 'text', formats: CSV_ONLY },
  negativeInf: { kind: 'text', formats: CSV_ONLY },
  skipRows: { kind: 'count', formats: CSV_ONLY },
  maxColumns: { kind: 'count', formats: CSV_ONLY, isIgnored: true },
  maxCharsPerColumn: { kind: 'text', formats: CSV_ONLY, isIgnored: true },
  parserCaseSensitive: { kind: 'flag', formats: CSV_ONLY, isIgnored: true },
  charToEscapeQuoteEscaping: { kind: 'text', formats: CSV_ONLY },
  unescapedQuoteHandling: { kind: 'text', formats: CSV_ONLY },
  datetimeRebaseMode: { kind: 'text', formats: ['parquet'], isIgnored: true },
  int96RebaseMode: { kind: 'text', formats: ['parquet'], isIgnored: true },
  wholeText: { kind: 'flag', formats: ['text'] },
  samplingRatio: { kind: 'text', formats: TEXTUAL, isIgnored: true },
  singleVariantColumn: { kind: 'text', formats: JSON_ONLY, isRefused: true },
} as const satisfies Readonly<Record<string, OptionEntry>>

/** Options of Spark's own file stream that Auto Loader writes with its prefix. */
export const STREAM_OPTIONS = {
  maxFilesPerTrigger: { kind: 'count' },
  maxBytesPerTrigger: { kind: 'bytes' },
  maxFileAge: { kind: 'duration' },
  cleanSource: { kind: 'text' },
  latestFirst: { kind: 'flag', isIgnored: true },
  fileNameOnly: { kind: 'flag', isIgnored: true },
} as const satisfies Readonly<Record<string, OptionEntry>>
