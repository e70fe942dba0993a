import { checkSnapshotKeys, intervalColumns, resolveSnapshots } from '../../auto-cdc/index.ts'
import { allowsWidening, fitColumn, mergeSchemas } from '../../delta/index.ts'
import { isGiven } from '../../graph/align-change-flows.ts'
import { checkDeclared } from '../../graph/dataset-schema.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import { alias, attribute, nullLiteral, project } from '../../plan/build.ts'
import type { Relation } from '../../plan/relation.ts'
import {
  type DataType,
  field,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { sameType } from '../../types/same-type.ts'
import type { BatchOutput } from '../batch/batch-output.ts'
import type { BatchQueryOptions } from '../batch/batch-query.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { datasetOf } from '../graph-index.ts'
import { bindBatch, type FlowInputs } from '../inputs/flow-inputs.ts'
import type { OpenTable } from '../tables/tables.ts'
import { openCdcOutput } from './auto-cdc-output.ts'
import { sequenceOf } from './snapshot-source.ts'

/** A snapshot and its columns. */
export interface SnapshotInputs {
  readonly inputs: FlowInputs
  readonly schema: StructType
}

/** The type of the versions of a flow; where its definition leaves it open, that of the batch's version. */
export async function sequenceTypeOf(options: BatchQueryOptions, record: BatchRecord): Promise<DataType> {
  const sequence = sequenceOf(record, options.flow.snapshots!.versionType)
  const versions: Relation = { kind: 'LocalRelation', rows: [[]], columns: [] }
  const { fields } = await schemaOf(options, record, project(versions, [alias(sequence, 'version')]))
  return fields[0]!.dataType
}

/**
 * Opens what a snapshot with these columns, and others with versions of that type, is applied to. Throws what `resolveSnapshots`
 * and `openCdcOutput` throw.
 */
export function openSnapshotOutput(
  options: BatchQueryOptions,
  schema: StructType,
  sequenceType: DataType,
): Promise<BatchOutput> {
  const { flow } = options
  const names = { flowName: flow.name, tableName: flow.target }
  const cdc = resolveSnapshots(flow.snapshots!.spec, schema, sequenceType, names)
  return openCdcOutput(options, cdc, (each) => sequenceOf(each, sequenceType))
}

/**
 * A snapshot with the columns that its target has: each one that a function gives may have others. The target gains what is new
 * where it declares no columns; what the snapshot lacks is NULL in it.
 * Throws USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE for columns that are not declared and what `checkSnapshotKeys` throws.
 */
export async function fitSnapshot(options: BatchQueryOptions, record: BatchRecord): Promise<SnapshotInputs> {
  const { run, flow, inputs, table } = options
  const given = await schemaOf(options, record, await bindBatch(inputs, record))
  const { source, spec } = flow.snapshots!
  if (source.kind !== 'function') return { inputs, schema: given }
  checkSnapshotKeys(spec, given, { flowName: flow.name, tableName: flow.target })
  const target = await table(flow.target)
  const dataset = datasetOf(run.graph, flow.target)
  const grown = await run.tables.inTurn(flow.target, () => growFor(given, target, dataset))
  const intervals = intervalColumns(spec)
  const fields = grown.fields.filter(
    (each) =>
      !intervals.some((name) => sameName(name, each.name)) &&
      (isGiven(each) || fieldNamed(given, each.name) !== undefined),
  )
  const schema: StructType = { ...given, fields: fields.map((each) => field(each.name, each.dataType)) }
  if (sameType(schema, given)) return { inputs, schema }
  const columns = fields.map((each) => alias(fittedValue(each, given), each.name))
  return { inputs: { ...inputs, query: project(inputs.query, columns) }, schema }
}

function fittedValue({ name, dataType }: StructField, given: StructType) {
  const found = fieldNamed(given, name)
  return found === undefined
    ? nullLiteral(dataType)
    : fitColumn(attribute(found.name), found.dataType, dataType)
}

/** The columns of a target that can take rows of these. */
async function growFor(
  given: StructType,
  target: OpenTable,
  { identifier, schema: declared, isSchemaDeclared }: ResolvedDataset,
): Promise<StructType> {
  await target.delta.refresh()
  const { metadata } = target.delta.snapshot
  const allowed = { allowWidening: !isSchemaDeclared && allowsWidening(metadata), allowCasts: true }
  const grown = mergeSchemas(metadata.schema, given, allowed)
  if (isSchemaDeclared) {
    checkDeclared(
      identifier,
      declared,
      struct(given.fields.flatMap(({ name }) => fieldNamed(grown, name) ?? [])),
    )
  }
  if (sameType(grown, metadata.schema)) return grown
  await target.commit((transaction) => transaction.updateMetadata({ schema: grown }), {
    operation: 'ADD COLUMNS',
  })
  return grown
}

async function schemaOf(
  { run, flow }: BatchQueryOptions,
  { timestampMicros }: BatchRecord,
  query: Relation,
): Promise<StructType> {
  const engine = await run.engine.get()
  return engine.compile(query, { timestampMicros, ansi: isAnsi(flow) }).schema
}
