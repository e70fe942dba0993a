import { PipelineError } from '../errors/index.ts'
import { parseTableName } from '../plan/table-name.ts'
import { type Dataset, type DatasetIndex, type Flow, kindName } from './dataset-index.ts'
import type { PreparedFlow } from './prepare-flow.ts'
import type { PipelineProject } from './project.ts'
import { isResetAllowed } from './table-properties.ts'

/** Checks of which datasets and flows there are, before any query is looked at. Gives what is wrong. */
export function checkDefinitions(datasets: readonly Dataset[], project: PipelineProject): PipelineError[] {
  const failures = datasets.flatMap((each) => [...checkFlows(each)])
  if (!datasets.some((each) => isWritten(each) && each.quarantineOf === undefined)) {
    const libraries = project.spec.libraries.join(', ')
    const position = { file: project.specFile, line: 1, column: 1 }
    failures.push(new PipelineError('RUN_EMPTY_PIPELINE', { libraries }, { position }))
  }
  return failures
}

function* checkFlows(dataset: Dataset): Generator<PipelineError> {
  const { definition, identifier, flows } = dataset
  const { position } = definition.origin
  const { kind } = definition
  if (dataset.quarantineOf !== undefined) {
    for (const flow of flows) yield wrongTarget(flow, 'quarantine table')
    return
  }
  if (flows.length === 0) {
    yield new PipelineError(
      'PIPELINE_DATASET_WITHOUT_FLOW',
      { identifier },
      { position, dataset: identifier },
    )
  }
  const changing = flows.find((each) => each.definition.changes !== undefined)
  if (changing !== undefined && kind === 'temporary_view') {
    yield changesOfView(changing)
  } else if (kind === 'materialized_view' && flows.length > 1) {
    const queries = flows.map((each) => each.identifier).join(', ')
    const second = flows.find((each) => !each.definition.isDefault)!.definition.origin.position
    const parameters = { tableName: identifier, queries }
    yield new PipelineError('MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES', parameters, { position: second })
  } else if (kind !== 'streaming_table' && kind !== 'sink') {
    for (const flow of flows) if (!flow.definition.isDefault) yield wrongTarget(flow, kindName(kind))
  } else if (changing !== undefined) {
    yield* checkCompany(flows, changing)
  }
  if (kind === 'persisted_view' && definition.expectations.length > 0) {
    yield new PipelineError('EXPECTATION_ON_PERSISTED_VIEW', { datasetName: identifier }, { position })
  }
  if (definition.quarantine !== undefined && !rejects(dataset)) {
    yield new PipelineError('QUARANTINE_WITHOUT_EXPECTATIONS', { datasetName: identifier }, { position })
  }
}

/** Persisted views outlive the pipeline's run and cannot rest on what does not. */
export function checkPersistedView(prepared: PreparedFlow): void {
  const { target } = prepared.flow
  if (target.definition.kind !== 'persisted_view') return
  for (const [input, reads] of prepared.inputs) {
    if (input.definition.kind !== 'temporary_view') continue
    const parameters = { persistedViewName: target.identifier, temporaryViewName: input.identifier }
    throw new PipelineError('INVALID_TEMP_OBJ_REFERENCE', parameters, { position: reads[0]?.position })
  }
}

/**
 * A streaming table that must keep its rows cannot follow a stream that a full refresh starts anew. Tables that it only
 * looks things up in may be refreshed.
 */
export function checkResettable(
  dataset: Dataset,
  flowsTo: (dataset: Dataset) => readonly PreparedFlow[],
): PipelineError | undefined {
  if (dataset.definition.kind !== 'streaming_table' || isResetAllowed(dataset.definition.tableProperties)) {
    return undefined
  }
  const resettable = [...streamedTables(dataset, flowsTo)].filter((each) =>
    isResetAllowed(each.definition.tableProperties),
  )
  if (resettable.length === 0) return undefined
  return new PipelineError(
    'INVALID_RESETTABLE_DEPENDENCY',
    {
      downstreamTable: dataset.identifier,
      upstreamResettableTables: resettable.map((each) => `'${each.identifier}'`).join(', '),
      resetAllowedKey: 'pipelines.reset.allowed',
    },
    { position: dataset.definition.origin.position, dataset: dataset.identifier },
  )
}

/** Tables that a dataset reads as streams, through views too. */
function streamedTables(
  dataset: Dataset,
  flowsTo: (dataset: Dataset) => readonly PreparedFlow[],
): Set<Dataset> {
  const found = new Set<Dataset>()
  for (const { inputs } of flowsTo(dataset)) {
    for (const [input, reads] of inputs) {
      if (!reads.some((read) => read.isStreaming)) continue
      if (isTable(input)) found.add(input)
      else for (const each of streamedTables(input, flowsTo)) found.add(each)
    }
  }
  return found
}

/** A table has one way in: what the pipeline makes itself cannot be the table behind a sink too. */
export function* checkSinkTables(index: DatasetIndex): Generator<PipelineError> {
  for (const { definition } of index.datasets) {
    const { sink, name, origin } = definition
    if (sink?.format !== 'delta' || sink.tableName === undefined) continue
    const table = index.find(parseTableName(sink.tableName), origin)
    if (table === undefined) continue
    const reason = `its table '${sink.tableName}' is a dataset of this pipeline, which flows write directly`
    yield new PipelineError('INVALID_SINK', { sink: name[0]!, reason }, { position: origin.position })
  }
}

/** True for what flows bring rows to: a table of the pipeline, or a sink. */
export function isWritten(dataset: Dataset): boolean {
  return isTable(dataset) || dataset.definition.kind === 'sink'
}

export function isTable({ definition: { kind } }: Dataset): boolean {
  return kind === 'streaming_table' || kind === 'materialized_view'
}

function rejects({ definition }: Dataset): boolean {
  return definition.expectations.some((each) => each.action !== 'warn')
}

function changesOfView(flow: Flow): PipelineError {
  const parameters = { flowIdentifier: flow.identifier, viewIdentifier: flow.target.identifier }
  const { position } = flow.definition.origin
  return new PipelineError('INVALID_FLOW_QUERY_TYPE.AUTOCDC_RELATION_FOR_TEMPORARY_VIEW', parameters, {
    position,
  })
}

/**
 * Rows that are only added would be in the way of those that are changed by their keys; and a snapshot says all of a table, so
 * that nothing else can.
 */
function* checkCompany(flows: readonly Flow[], changing: Flow): Generator<PipelineError> {
  const ofSnapshots = flows.find((each) => each.definition.changes?.kind === 'auto_cdc_snapshot')
  for (const flow of flows) {
    const isAlone = ofSnapshots === undefined || flow === ofSnapshots
    if (flow.definition.changes === undefined || !isAlone) yield otherFlow(flow, ofSnapshots ?? changing)
  }
}

function otherFlow({ definition, target }: Flow, changing: Flow): PipelineError {
  const what = definition.changes === undefined ? 'adds rows' : 'changes rows as well'
  const parameters = {
    tableName: target.identifier,
    flowName: changing.definition.name,
    otherFlow:
      definition.isDefault && definition.changes === undefined
        ? 'a query of its own'
        : `the flow '${definition.name}', which ${what}`,
  }
  const { position } = definition.isDefault ? changing.definition.origin : definition.origin
  return new PipelineError('AUTOCDC_TARGET_WITH_OTHER_FLOWS', parameters, { position })
}

function wrongTarget(flow: Flow, datasetType: string): PipelineError {
  const parameters = {
    flowName: flow.identifier,
    datasetName: flow.target.identifier,
    datasetType,
  }
  return new PipelineError('INVALID_FLOW_TARGET', parameters, { position: flow.definition.origin.position })
}
