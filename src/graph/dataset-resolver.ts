import { readerSchema, rowMetadata } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import { analyze } from '../plan/analyzer/analyze.ts'
import type { Read, Relation } from '../plan/relation.ts'
import { formatTableName } from '../plan/table-name.ts'
import { asNullable } from '../types/as-nullable.ts'
import { type StructType, VOID } from '../types/data-type.ts'
import { alignChangeFlows, type TargetFlow } from './align-change-flows.ts'
import {
  checkChangeFeed,
  checkStreamedTarget,
  clusteringByKeys,
  readAsSourceIs,
  resolveChanges,
  streamWarnings,
} from './change-flows.ts'
import type { Dataset, DatasetIndex } from './dataset-index.ts'
import {
  checkDeclared,
  checkUniqueColumns,
  mergedSchema,
  schemasOfEach,
  withComments,
} from './dataset-schema.ts'
import { resolveExpectations } from './expectations.ts'
import { fusedSettings, isAnsi } from './flow-configuration.ts'
import { flowKind, shapeWarnings } from './flow-kind.ts'
import { checkPersistedView, isTable, isWritten } from './graph-checks.ts'
import { LeafSchemas, type ResolveContext } from './leaf-schemas.ts'
import type { PreparedFlow } from './prepare-flow.ts'
import { resolveSnapshotSource } from './prepare-snapshots.ts'
import type { PipelineProject } from './project.ts'
import { quarantineProperties, quarantineSchema } from './quarantine.ts'
import type { GraphWarning, ResolvedDataset, ResolvedFlow } from './resolved-graph.ts'
import type { Sink } from './sinks.ts'
import { boundToVersions } from './snapshot-versions.ts'
import { checkStreamingOperators } from './streaming-operators.ts'
import { asViewShape, streamingShapes, type ViewShape } from './streaming-shape.ts'
import { checkLayout } from './table-layout.ts'
import { checkProperties, tableProperty } from './table-properties.ts'

/** What readers of a dataset need of it. */
interface DatasetState {
  readonly schema: StructType
  /** Of tables: `_metadata`. */
  readonly hidden?: StructType
  /** Columns of its queries, before a declared schema adds to them: what rules are about and a quarantine takes. */
  readonly querySchema: StructType
  /** For views, which are read as the query that they are. */
  readonly view?: { readonly shape: ViewShape; readonly settings: Readonly<Record<string, string>> }
}

interface FlowState extends TargetFlow {
  readonly view: NonNullable<DatasetState['view']>
}

/** Resolves datasets one by one, each behind those it reads, and keeps what it found: results, errors, warnings. */
export class DatasetResolver {
  readonly failures: PipelineError[] = []
  /** Datasets and flows that cannot be resolved only because what they read cannot. */
  readonly downstream: string[] = []
  readonly warnings: GraphWarning[] = []
  readonly datasets: ResolvedDataset[] = []
  readonly flows: ResolvedFlow[] = []
  readonly #index: DatasetIndex
  readonly #project: PipelineProject
  readonly #leaves: LeafSchemas
  readonly #states = new Map<Dataset, DatasetState>()

  constructor(index: DatasetIndex, project: PipelineProject, context: ResolveContext) {
    this.#index = index
    this.#project = project
    this.#leaves = new LeafSchemas(context)
  }

  /** Resolves a dataset with the flows of it whose queries are known. */
  async resolve(dataset: Dataset, flows: readonly PreparedFlow[]): Promise<void> {
    if (dataset.quarantineOf !== undefined) return this.#resolveQuarantine(dataset, dataset.quarantineOf)
    const states: FlowState[] = []
    for (const prepared of flows) {
      const state = await this.#resolveFlow(prepared)
      if (state !== undefined) states.push(state)
    }
    if (states.length < dataset.flows.length || states.length === 0) return
    this.#attempt(dataset, () => this.#finish(dataset, states))
  }

  async #resolveFlow(prepared: PreparedFlow): Promise<FlowState | undefined> {
    const { flow, inputs } = prepared
    if ([...inputs.keys()].some((each) => !this.#states.has(each))) {
      this.downstream.push(
        flow.definition.isDefault ? this.#index.shortName(flow.target) : flow.definition.name,
      )
      return undefined
    }
    if (!(await this.#lookUp(prepared))) return undefined
    const isStreamingView = (input: Dataset) => this.#states.get(input)!.view?.shape.isStreaming === true
    const reading = readAsSourceIs(prepared, isStreamingView)
    return this.#attempt(flow.target, () => this.#analyzeFlow(reading), flow.definition.origin.position)
  }

  /** Asks for the columns of everything outside of the pipeline; false when something is not there. */
  async #lookUp({ flow, external, sources }: PreparedFlow): Promise<boolean> {
    const context = { position: flow.definition.origin.position, dataset: flow.target.identifier }
    let isComplete = true
    const fail = (error: PipelineError) => {
      this.failures.push(error.at(context))
      isComplete = false
    }
    for (const read of external) {
      if (await this.#leaves.hasTable(read)) continue
      fail(this.#index.notFound(read.name).at({ position: read.position }))
    }
    for (const source of sources) {
      try {
        await this.#leaves.fetch(source)
      } catch (error) {
        if (!(error instanceof PipelineError)) throw error
        fail(error.at({ position: source.position }))
      }
    }
    return isComplete
  }

  #analyzeFlow(prepared: PreparedFlow): FlowState {
    const { flow, query, inputs, external } = prepared
    const { definition, target } = flow
    checkPersistedView(prepared)
    for (const [input, reads] of inputs) {
      this.#checkViewReads(input, reads)
      checkStreamedTarget(input, reads)
      checkChangeFeed(input, reads)
      this.#warn(target, streamWarnings(input, reads))
    }
    const settings = this.#settings(prepared)
    const analyzed = (each: Relation) => this.#analyze(each, prepared, settings)
    const { changes } = definition
    const snapshots =
      changes?.kind === 'auto_cdc_snapshot'
        ? resolveSnapshotSource(prepared.snapshots!, changes, (each) => analyzed(each).resolved.schema)
        : undefined
    const { resolved, shape, kind } = analyzed(
      snapshots === undefined ? query : boundToVersions(query, snapshots),
    )
    this.#warn(target, shapeWarnings(kind, shape))
    if (isWritten(target)) checkUniqueColumns(target.identifier, resolved.schema)
    const querySchema = readerSchema(resolved.schema)
    const names = { flowName: definition.name, tableName: target.identifier }
    const versionType = snapshots?.versionType ?? VOID
    const schema =
      changes === undefined
        ? querySchema
        : resolveChanges(changes, querySchema, versionType, names).targetSchema
    return {
      flow: {
        identifier: flow.identifier,
        name: definition.name,
        target: target.identifier,
        kind,
        once: definition.once,
        ...(definition.comment === undefined ? {} : { comment: definition.comment }),
        query,
        inputs: [...inputs.keys()].map((each) => each.identifier),
        externalInputs: [...new Set(external.map((each) => formatTableName(each.name)))],
        configuration: { ...this.#project.spec.configuration, ...settings },
        ...(changes?.kind === 'auto_cdc' ? { autoCdc: changes.spec } : {}),
        ...(snapshots === undefined ? {} : { snapshots }),
        schema,
        position: definition.origin.position,
      },
      querySchema,
      ...(changes === undefined ? {} : { changes }),
      view: { shape: asViewShape(shape, resolved.output), settings },
    }
  }

  #analyze(query: Relation, prepared: PreparedFlow, settings: Readonly<Record<string, string>>) {
    const stateOf = (read: Read) => this.#states.get(this.#index.find(read.name, {})!)
    const resolved = analyze(query, {
      ansi: isAnsi({ configuration: settings }),
      resolveLeaf: (leaf) => this.#leaves.resolve(leaf, stateOf),
    })
    const shapes = streamingShapes(resolved, (read) => stateOf(read)?.view?.shape)
    checkStreamingOperators(resolved, shapes, prepared.flow.identifier)
    const shape = shapes.get(resolved)!
    return { resolved, shape, kind: flowKind({ ...prepared, query }, shape) }
  }

  /** A view is a stream or it is not; a table can be read both ways. */
  #checkViewReads(input: Dataset, reads: readonly Read[]): void {
    if (input.definition.kind === 'sink') {
      const parameters = { sink: input.identifier }
      throw new PipelineError('SINK_CANNOT_BE_READ', parameters, { position: reads[0]!.position })
    }
    const view = this.#states.get(input)!.view
    if (view === undefined) return
    const wrong = reads.find((read) => read.isStreaming !== view.shape.isStreaming)
    if (wrong === undefined) return
    const condition = wrong.isStreaming ? 'INCOMPATIBLE_BATCH_VIEW_READ' : 'INCOMPATIBLE_STREAMING_VIEW_READ'
    const parameters = { datasetIdentifier: input.identifier }
    throw new PipelineError(condition, parameters, { position: wrong.position })
  }

  #settings({ flow, inputs }: PreparedFlow): Readonly<Record<string, string>> {
    const own = { flow: flow.identifier, settings: flow.definition.configuration }
    const views = [...inputs.keys()].flatMap((input) => {
      const view = this.#states.get(input)!.view
      return view === undefined ? [] : [{ flow: input.identifier, settings: view.settings }]
    })
    return fusedSettings(flow.target.identifier, own, views)
  }

  #finish(dataset: Dataset, given: readonly FlowState[]): void {
    const { definition, identifier } = dataset
    const declared = definition.schema
    const states = alignChangeFlows(identifier, given, declared)
    const schemas = (schemaOf: (state: FlowState) => StructType) =>
      states.map((each) => ({ flow: each.flow.identifier, schema: schemaOf(each) }))
    const flowsSchema = mergedSchema(
      identifier,
      schemas((each) => each.flow.schema),
    )
    const queries = schemas((each) => each.querySchema)
    // A quarantine takes the events of all flows whole.
    const querySchemas =
      states[0]!.changes === undefined || dataset.quarantine !== undefined
        ? [mergedSchema(identifier, queries)]
        : schemasOfEach(identifier, queries, flowsSchema)
    const schema = withComments(
      declared !== undefined
        ? checkDeclared(identifier, declared, flowsSchema)
        : isTable(dataset)
          ? asNullable(flowsSchema)
          : flowsSchema,
      definition.columnComments,
    )
    const view = isTable(dataset) ? undefined : states[0]!.view
    this.#states.set(dataset, {
      schema,
      querySchema: querySchemas[0]!,
      ...(view === undefined ? hiddenOf(dataset, schema) : { view }),
    })
    this.flows.push(...states.map(resolvedFlow))
    this.#attempt(dataset, () => this.#describe(dataset, schema, querySchemas, states[0]!.flow))
  }

  #describe(
    dataset: Dataset,
    schema: StructType,
    querySchemas: readonly StructType[],
    { configuration }: ResolvedFlow,
  ): void {
    const { definition } = dataset
    const name = this.#index.shortName(dataset)
    const resolved = querySchemas.map((each) => resolveExpectations(dataset, each, isAnsi({ configuration })))
    const { rules, failures } = resolved.find((each) => each.failures.length > 0) ?? resolved[0]!
    this.failures.push(...failures.map((each) => each.at({ dataset: dataset.identifier })))
    const properties = checkProperties(definition, name)
    const { partitionColumns } = definition
    const { clusterBy = clusteringByKeys(dataset, schema) } = properties
    const layout = checkLayout({ partitionColumns, clusterBy }, schema, name)
    this.#warn(dataset, properties.warnings)
    this.#add(dataset, {
      kind: definition.kind,
      tableProperties: properties.tableProperties,
      ...layout,
      schema,
      isSchemaDeclared: definition.schema !== undefined,
      rules,
      ...(dataset.quarantine === undefined ? {} : { quarantine: dataset.quarantine.identifier }),
      ...(definition.sink === undefined ? {} : { sink: withoutHandler(definition.sink) }),
    })
  }

  #resolveQuarantine(dataset: Dataset, rejecting: Dataset): void {
    const state = this.#states.get(rejecting)
    if (state === undefined) {
      this.downstream.push(this.#index.shortName(dataset))
      return
    }
    const isBatch = state.view === undefined ? !isStreamingTable(rejecting) : !state.view.shape.isStreaming
    const schema = quarantineSchema(state.querySchema)
    this.#states.set(dataset, { schema, querySchema: schema, ...hiddenOf(dataset, schema) })
    const { tableProperties } = checkProperties(rejecting.definition, this.#index.shortName(rejecting))
    this.#add(dataset, {
      kind: isBatch ? 'materialized_view' : 'streaming_table',
      quarantineOf: rejecting.identifier,
      tableProperties: quarantineProperties(tableProperties),
      partitionColumns: [],
      clusterBy: [],
      schema,
      isSchemaDeclared: false,
      rules: [],
    })
  }

  #add(
    dataset: Dataset,
    rest: Omit<ResolvedDataset, 'identifier' | 'name' | 'isPrivate' | 'comment' | 'language' | 'position'>,
  ): void {
    const { comment, isPrivate, origin } = dataset.definition
    this.datasets.push({
      identifier: dataset.identifier,
      name: this.#index.shortName(dataset),
      isPrivate,
      ...(comment === undefined ? {} : { comment }),
      language: origin.language,
      position: origin.position,
      ...rest,
    })
  }

  #warn(dataset: Dataset, messages: readonly string[]): void {
    for (const message of messages) {
      this.warnings.push({
        message,
        dataset: dataset.identifier,
        position: dataset.definition.origin.position,
      })
    }
  }

  /** Runs a step that may find an error, and keeps the error. */
  #attempt<Result>(
    dataset: Dataset,
    step: () => Result,
    position = dataset.definition.origin.position,
  ): Result | undefined {
    try {
      return step()
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      this.failures.push(error.at({ position, dataset: dataset.identifier }))
      return undefined
    }
  }
}

function resolvedFlow({ flow, changes, querySchema }: FlowState): ResolvedFlow {
  return changes === undefined ? flow : { ...flow, querySchema }
}

/** The graph is plain data: functions stay with the definitions. */
function withoutHandler(sink: Sink): NonNullable<ResolvedDataset['sink']> {
  return sink.format === 'delta' ? sink : { format: sink.format }
}

/** What the rows of a table tell of their files, before there are any. */
function hiddenOf({ definition }: Dataset, schema: StructType): Pick<DatasetState, 'hidden'> {
  const property = 'delta.enableRowTracking'
  const configuration = { [property]: tableProperty(definition.tableProperties, property) ?? 'false' }
  const hidden = rowMetadata({ schema, configuration })
  return hidden === undefined ? {} : { hidden }
}

function isStreamingTable({ definition }: Dataset): boolean {
  return definition.kind === 'streaming_table'
}
