import {
  type AutoCdc,
  type AutoCdcNames,
  checkHiddenState,
  checkScdType,
  formerColumns,
  hiddenStateProperties,
  hiddenStateSchema,
  resolveAutoCdc,
  resolveSnapshots,
  START_AT,
  STATE,
  withFormerColumns,
} from '../../auto-cdc/index.ts'
import { boundsAll, defaultValue, generationExpressionOf, mergeSchemas, vacuum } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { MAX_CLUSTERING_COLUMNS } from '../../graph/table-layout.ts'
import { formatTableName } from '../../plan/table-name.ts'
import { parseExpression } from '../../sql/index.ts'
import { fieldNamed, type StructField } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import type { OpenTable, Tables } from '../tables/tables.ts'

export interface HiddenTableOptions {
  readonly tables: Tables
  readonly cdc: AutoCdc
  readonly flow: ResolvedFlow
  readonly target: OpenTable
  /** A batch of the flow has reached the target, as it is or as it was: then there must be a hidden state. */
  readonly hasBegun: boolean
}

/** The hidden state of a target, and the flow with the columns that it had when it built the target's versions. */
export interface OpenState {
  readonly hidden: OpenTable
  readonly cdc: AutoCdc
}

/**
 * Opens the table of a target's hidden state, or makes it; new columns of the target become columns of it. Throws the
 * conditions of `checkHiddenState` where the flow is not the one that the state was built by, and
 * AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_MISSING.
 */
export async function openHiddenTable(options: HiddenTableOptions): Promise<OpenState> {
  const { tables, flow, target } = options
  const tableName = target.identifier
  const naming = namingOf(target)
  const table = await tables.openHidden(tableName)
  if (table === undefined) {
    if (options.hasBegun)
      throw new PipelineError('AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_MISSING', { tableName })
    return { hidden: await createHiddenTable(options), cdc: options.cdc }
  }
  const { metadata } = table.delta.snapshot
  const names = { flowName: flow.name, tableName, auxTableName: table.storage.name }
  atFlow(flow, () => checkHiddenState(options.cdc, metadata.configuration, names))
  const cdc = withFormer(options, metadata.configuration)
  const schema = mergeSchemas(metadata.schema, hiddenStateSchema(cdc), { allowWidening: true })
  const isGrown = !sameType(schema, metadata.schema)
  const properties = { ...PROPERTIES, ...naming }
  if (isGrown || Object.entries(properties).some(([key, value]) => metadata.configuration[key] !== value)) {
    const configuration = { ...metadata.configuration, ...hiddenStateProperties(cdc), ...properties }
    await table.commit((transaction) => transaction.updateMetadata({ schema, configuration }), {
      operation: isGrown ? 'ADD COLUMNS' : 'SET TBLPROPERTIES',
    })
  }
  return { hidden: table, cdc }
}

function createHiddenTable({ tables, cdc, target }: HiddenTableOptions): Promise<OpenTable> {
  return tables.createHidden(target.identifier, {
    schema: hiddenStateSchema(cdc),
    configuration: {
      ...hiddenStateProperties(cdc),
      ...PROPERTIES,
      ...namingOf(target),
      [STATISTICS]: statisticsColumns(cdc),
    },
    clusteringColumns: clusteringKeys(cdc.keys),
  })
}

function withFormer(
  { cdc, target }: HiddenTableOptions,
  configuration: Readonly<Record<string, string>>,
): AutoCdc {
  const { schema } = target.delta.snapshot.metadata
  const former = formerColumns(cdc, configuration, { schema, name: target.identifier })
  const brought = former.filter((each) => generationExpressionOf(each) === undefined)
  return withFormerColumns(cdc, brought, (each) => defaultValue(each, { parseExpression }))
}

/**
 * Refuses flows that are not those which a table was built by, before the table is brought to their definition. `flows` are
 * those into the table. What is not known before a snapshot is there is judged when the flow opens.
 * Throws what `checkHiddenState` throws, and AUTOCDC_INVALID_STATE.TARGET_WITH_OTHER_ROWS.
 */
export async function checkBuiltState(
  tables: Tables,
  identifier: string,
  flows: readonly ResolvedFlow[],
): Promise<void> {
  const [scdType] = flows.flatMap((flow) => flow.autoCdc?.scdType ?? flow.snapshots?.spec.scdType ?? [])
  if (scdType === undefined) return
  const hidden = await tables.openHidden(identifier)
  if (hidden === undefined) {
    if (scdType !== 1) await checkNoOtherRows(tables, identifier, flows[0]!)
    return
  }
  const { configuration } = hidden.delta.snapshot.metadata
  for (const flow of flows) {
    const names = { flowName: flow.name, tableName: identifier }
    atFlow(flow, () => {
      checkScdType(scdType, configuration, identifier)
      const cdc = definedCdc(flow, names)
      if (cdc !== undefined)
        checkHiddenState(cdc, configuration, { ...names, auxTableName: hidden.storage.name })
    })
  }
}

/** Rows of a table that was not one of versions have no bounds, and would be there beside those that do. */
async function checkNoOtherRows(
  tables: Tables,
  tableName: string,
  { position }: ResolvedFlow,
): Promise<void> {
  const { snapshot } = (await tables.openOwn(tableName))?.delta ?? {}
  if (snapshot === undefined || snapshot.numFiles === 0) return
  if (fieldNamed(snapshot.metadata.schema, START_AT) !== undefined) return
  throw new PipelineError(
    'AUTOCDC_INVALID_STATE.TARGET_WITH_OTHER_ROWS',
    { tableName },
    { position, dataset: tableName },
  )
}

/** Errors of `check` say where the flow is defined. */
function atFlow({ position, target }: Pick<ResolvedFlow, 'position' | 'target'>, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw error instanceof PipelineError ? error.at({ position, dataset: target }) : error
  }
}

/** A flow by its definition; undefined where its columns are not known. */
function definedCdc(
  { autoCdc, snapshots, querySchema }: ResolvedFlow,
  names: AutoCdcNames,
): AutoCdc | undefined {
  if (querySchema === undefined || querySchema.open) return undefined
  if (autoCdc !== undefined) return resolveAutoCdc(autoCdc, querySchema, names)
  if (snapshots === undefined || snapshots.versionType.kind === 'unknown') return undefined
  return resolveSnapshots(snapshots.spec, querySchema, snapshots.versionType, names)
}

const CLEAN_EVERY = 32

/** Deletes, every so many versions, what the table has no more: nobody else reads it. Only in the target's turn. */
export async function cleanHiddenTable({ delta, storage }: OpenTable): Promise<void> {
  if (delta.snapshot.version % CLEAN_EVERY !== 0) return
  await vacuum({ table: delta, storage }, { isLogged: false })
}

/** Rows come and go with every batch, and nobody travels back in time. Statistics hold the ids of flows whole. */
const PROPERTIES = {
  'delta.enableDeletionVectors': 'true',
  'delta.enableTypeWidening': 'true',
  'delta.deletedFileRetentionDuration': 'interval 0 seconds',
  'delta.logRetentionDuration': 'interval 0 seconds',
  'delta.dataSkippingStringPrefixLength': '64',
}

const MAPPING = 'delta.columnMapping.mode'
const ANY_NAME = { [MAPPING]: 'name' }

/** The names of the target's columns are those of the hidden state: it takes any where the target does. */
function namingOf({ delta }: OpenTable): Readonly<Record<string, string>> {
  const mode = delta.snapshot.metadata.configuration[MAPPING] ?? 'none'
  return mode === 'none' ? {} : ANY_NAME
}

const STATISTICS = 'delta.dataSkippingStatsColumns'

/** What files are chosen by: the values of a wide table are not among it. */
function statisticsColumns(cdc: AutoCdc): string {
  const { addedByFlow, addedByBatch, removedByFlow, removedByBatch } = STATE
  const keys = cdc.keys.filter((each) => boundsAll(each.dataType)).map((each) => each.name)
  return [...keys, addedByFlow, addedByBatch, removedByFlow, removedByBatch]
    .map((name) => formatTableName([name]))
    .join(',')
}

function clusteringKeys(keys: readonly StructField[]): string[][] {
  return keys
    .filter((each) => boundsAll(each.dataType))
    .slice(0, MAX_CLUSTERING_COLUMNS)
    .map((each) => [each.name])
}
