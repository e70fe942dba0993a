import {
  type AutoCdc,
  type AutoCdcSpec,
  intervalColumns,
  leftOutAmong,
  resolveAutoCdc,
} from '../auto-cdc/index.ts'
import { defaultOf, generationExpressionOf } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import { alias, cast, nullLiteral, project } from '../plan/build.ts'
import type { Expression } from '../plan/expression.ts'
import { parseExpression } from '../sql/index.ts'
import { asNullable } from '../types/as-nullable.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import { sameName } from '../types/same-name.ts'
import { sameType } from '../types/same-type.ts'
import { checkOfSnapshots } from './dataset-schema.ts'
import type { AutoCdcChanges, FlowChanges } from './flow-changes.ts'
import type { ResolvedFlow } from './resolved-graph.ts'

/** A flow into a table, against the columns of its query. */
export interface TargetFlow {
  readonly flow: ResolvedFlow
  /** Columns of the flow's query, which are those that it gives its target unless it applies changes. */
  readonly querySchema: StructType
  readonly changes?: FlowChanges
}

interface ChangeFlow extends TargetFlow {
  readonly changes: AutoCdcChanges
}

/**
 * Makes flows that apply events to one table agree: each gives all columns of the table, the default or NULL for those that its query lacks, and
 * a constant sequence has the type of the other flows' sequences. Throws AUTOCDC_FLOWS_NOT_COMPATIBLE, and
 * USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE for snapshots that lack declared columns.
 */
export function alignChangeFlows<State extends TargetFlow>(
  tableName: string,
  states: readonly State[],
  declared: StructType | undefined,
): readonly State[] {
  const [first] = states
  if (first?.changes?.kind === 'auto_cdc_snapshot' && declared !== undefined) {
    checkOfSnapshots(tableName, declared, first.flow.schema)
  }
  const flows = states.filter(appliesEvents)
  if (flows.length < states.length) return states
  const changed = aligned(tableName, flows, declared)
  return states.map((state, index) => ({ ...state, ...changed[index] }))
}

function aligned(
  tableName: string,
  flows: readonly ChangeFlow[],
  declared: StructType | undefined,
): readonly ChangeFlow[] {
  const sequenced = withOneSequenceType(flows)
  const ofTable = declared === undefined ? [] : columnsOf(flows[0]!.changes, declared).filter(isGiven)
  const columns = [...ofTable, ...sequenced.flatMap(({ changes, flow }) => columnsOf(changes, flow.schema))]
  const valueFor = ({ name, dataType }: StructField): Expression => {
    const known = declared && fieldNamed(declared, name)
    const text = known && defaultOf(known)
    return text === undefined ? nullLiteral(dataType) : cast(parseExpression(text), dataType)
  }
  const complete = sequenced.map((each) => withColumns(each, columns, valueFor))
  const [first, ...others] = complete.filter(isKnown)
  for (const each of others) checkAgreement(tableName, first!, each)
  return flows.length === 1 ? complete : withLeftOut(complete)
}

function appliesEvents<State extends TargetFlow>(state: State): state is State & ChangeFlow {
  return state.changes?.kind === 'auto_cdc'
}

/** The columns that a table has of events. */
function columnsOf({ spec }: AutoCdcChanges, { fields }: StructType): readonly StructField[] {
  const intervals = intervalColumns(spec)
  return fields.filter(({ name }) => !intervals.some((each) => sameName(each, name)))
}

/** Columns that the table itself has no value for. */
export function isGiven(field: StructField): boolean {
  return generationExpressionOf(field) === undefined && defaultOf(field) === undefined
}

/** `SEQUENCE BY 0`, as backfills say it, has the type that the sequences of the other flows have. */
function withOneSequenceType(flows: readonly ChangeFlow[]): readonly ChangeFlow[] {
  const isConstant = ({ changes }: ChangeFlow) => changes.spec.sequenceBy.kind === 'Literal'
  const leading = flows.find((each) => !isConstant(each))
  if (leading === undefined) return flows
  const { sequenceType } = cdcOf(leading)
  if (sequenceType.kind === 'unknown') return flows
  return flows.map((each) => {
    if (!isConstant(each) || sameType(cdcOf(each).sequenceType, sequenceType)) return each
    const { spec } = each.changes
    return changed(each, { spec: { ...spec, sequenceBy: cast(spec.sequenceBy, sequenceType) } })
  })
}

/** Whether the columns of a flow are known: a file of its source was read, or they are declared. */
function isKnown(each: ChangeFlow): boolean {
  const { keys, sequenceType } = cdcOf(each)
  const types = [sequenceType, ...keys.map((key) => key.dataType)]
  return each.querySchema.open !== true && types.every(({ kind }) => kind !== 'unknown')
}

function withColumns(
  each: ChangeFlow,
  columns: readonly StructField[],
  valueFor: (column: StructField) => Expression,
): ChangeFlow {
  const missing = columns.filter(
    ({ name }, index) =>
      fieldNamed(each.querySchema, name) === undefined &&
      columns.findIndex((other) => sameName(other.name, name)) === index,
  )
  if (missing.length === 0 || each.querySchema.open) return each
  const values = missing.map((column) => alias(valueFor(column), column.name))
  const query = project(each.flow.query, [{ kind: 'UnresolvedStar' }, ...values])
  const querySchema = { ...each.querySchema, fields: [...each.querySchema.fields, ...missing] }
  const spec = selecting(each.changes.spec, missing)
  return changed({ ...each, flow: { ...each.flow, query }, querySchema }, { spec })
}

/** Each flow leaves out what it says; what any of them leaves out is to be told apart from what was set to NULL. */
function withLeftOut(flows: readonly ChangeFlow[]): readonly ChangeFlow[] {
  const amongFlows = leftOutAmong(flows.map(cdcOf))
  return flows.map((each) => changed(each, { spec: { ...each.changes.spec, amongFlows } }))
}

/** A list of the columns that a target gets has the added ones as well. */
function selecting(spec: AutoCdcSpec, added: readonly StructField[]): AutoCdcSpec {
  if (spec.columns?.kind !== 'only') return spec
  const columns = [...spec.columns.columns, ...added.map((field) => field.name)]
  return { ...spec, columns: { kind: 'only', columns } }
}

function changed(each: ChangeFlow, change: Pick<AutoCdcChanges, 'spec'>): ChangeFlow {
  const changes = { ...each.changes, ...change }
  const schema = cdcOf({ ...each, changes }).targetSchema
  return { ...each, changes, flow: { ...each.flow, schema, autoCdc: changes.spec } }
}

function cdcOf({ changes, querySchema, flow }: ChangeFlow): AutoCdc {
  return resolveAutoCdc(changes.spec, querySchema, { flowName: flow.name, tableName: flow.target })
}

function checkAgreement(tableName: string, first: ChangeFlow, second: ChangeFlow): void {
  const [aspects1, aspects2] = [aspectsOf(cdcOf(first)), aspectsOf(cdcOf(second))]
  for (const [aspect, value1] of Object.entries(aspects1)) {
    const value2 = aspects2[aspect as keyof typeof aspects2]
    if (value1.toLowerCase() === value2.toLowerCase()) continue
    const flows = { flowName1: first.flow.name, flowName2: second.flow.name }
    const parameters = { tableName, ...flows, aspect, value1, value2 }
    throw new PipelineError('AUTOCDC_FLOWS_NOT_COMPATIBLE', parameters, { position: second.flow.position })
  }
}

/** What the flows into one table have in common. */
function aspectsOf(cdc: AutoCdc) {
  const named = (isWanted: (leaf: AutoCdc['leaves'][number]) => boolean) =>
    listed([...new Set(cdc.leaves.filter(isWanted).map((leaf) => leaf.path[0]!))]) || 'none'
  const typeText = (dataType: DataType) => printSqlType(asNullable(dataType))
  return {
    keys: listed(cdc.keys.map(({ name, dataType }) => `${name} ${typeText(dataType)}`)),
    'SCD type': String(cdc.spec.scdType),
    'type of the sequence': typeText(cdc.sequenceType),
    'type of the system sequence': cdc.systemType === undefined ? '' : typeText(cdc.systemType),
    columns: listed(cdc.targetSchema.fields.map((field) => field.name)),
    'tracked columns': cdc.scdType === 1 ? '' : named((leaf) => leaf.isTracked),
  }
}

/** Names in an order to which upper and lower case are the same. */
function listed(names: readonly string[]): string {
  return names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join(', ')
}
