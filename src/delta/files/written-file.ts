/** A Parquet file that an engine wrote, as the log needs to know it. */
export interface WrittenDataFile {
  readonly sizeBytes: number
  readonly numRecords: bigint
  /** Text forms of the protocol; null is null. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly columns: readonly WrittenColumn[]
}

/**
 * What is known for sure of a leaf column. Texts: integers and decimals in digits, floats in shortest round-trip form,
 * dates `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS[.ffffff]` (UTC), strings whole.
 */
export interface WrittenColumn {
  /** Field names from the root; arrays and maps are leaves. */
  readonly path: readonly string[]
  readonly min?: string
  readonly max?: string
  readonly nullCount?: bigint
  /** A floating-point column that holds NaN. */
  readonly hasNan?: boolean
}
