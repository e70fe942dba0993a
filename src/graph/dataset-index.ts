import { formatPosition, nearest, PipelineError } from '../errors/index.ts'
import { formatTableName, parseTableName, withoutLive } from '../plan/table-name.ts'
import { sameName } from '../types/same-name.ts'
import type { DatasetKind, DefinitionOrigin, FlowDefinition, OutputDefinition } from './definition.ts'
import type { PipelineSpec } from './project.ts'
import type { GraphDefinitions } from './registry.ts'

/** A dataset of the pipeline under its whole name, with the flows that write it. */
export interface Dataset {
  readonly definition: OutputDefinition
  /** Three parts; one for a temporary view. */
  readonly parts: readonly string[]
  readonly identifier: string
  readonly flows: Flow[]
  /** Table for the rejected rows of this dataset. */
  quarantine?: Dataset
  /** The dataset whose rejected rows this one takes; it has no flows of its own. */
  readonly quarantineOf?: Dataset
}

export interface Flow {
  readonly definition: FlowDefinition
  readonly identifier: string
  readonly target: Dataset
}

/** What an unqualified name means in a file. */
export type NameScope = Pick<DefinitionOrigin, 'catalog' | 'schema'>

const KIND_NAMES: Readonly<Record<DatasetKind, string>> = {
  streaming_table: 'streaming table',
  materialized_view: 'materialized view',
  temporary_view: 'temporary view',
  persisted_view: 'view',
  sink: 'sink',
}

/** A kind in words. */
export function kindName(kind: DatasetKind): string {
  return KIND_NAMES[kind]
}

/** The datasets and flows of a pipeline by name. Names are compared without case. */
export class DatasetIndex {
  /** In the order of definition, each quarantine table behind its dataset. */
  readonly datasets: readonly Dataset[]
  /** What is wrong with names: duplicates, too many parts, targets that do not exist. */
  readonly failures: PipelineError[] = []
  readonly #spec: PipelineSpec
  readonly #byKey = new Map<string, Dataset>()
  readonly #flows = new Map<string, Flow>()

  constructor(definitions: GraphDefinitions, spec: PipelineSpec) {
    this.#spec = spec
    for (const definition of definitions.outputs) this.#collect(() => this.#addOutput(definition))
    this.datasets = [...this.#byKey.values()]
    for (const definition of definitions.flows) this.#collect(() => this.#addFlow(definition))
  }

  /** The dataset that a name means in a scope: a temporary view or sink first, then a table. */
  find(parts: readonly string[], scope: NameScope): Dataset | undefined {
    const view = parts.length === 1 ? this.#byKey.get(keyOf(parts)) : undefined
    return view ?? this.#byKey.get(keyOf(this.qualify(parts, scope)))
  }

  /** One to three parts as the three of a table. A file that sets the catalog alone means its schema `default`. */
  qualify(parts: readonly string[], scope: NameScope): readonly string[] {
    const name = withoutLive(parts)
    const catalog = scope.catalog ?? this.#spec.catalog
    const schema = scope.schema ?? (scope.catalog === undefined ? this.#spec.schema : 'default')
    return [catalog, schema, name.at(-1)!].slice(0, 3 - name.length).concat(name)
  }

  /** The shortest name by which the pipeline's own files reach a dataset. */
  shortName({ parts }: Dataset): string {
    return this.#short(parts)
  }

  /** The error for a whole name that means nothing, with the nearest that does. */
  notFound(parts: readonly string[]): PipelineError<'TABLE_OR_VIEW_NOT_FOUND'> {
    const relationName = this.#short(parts)
    const near = nearest(
      relationName,
      this.datasets.map((each) => this.shortName(each)),
    )
    const suggestion =
      near === undefined
        ? 'It is neither a dataset of the pipeline nor a table of the warehouse; register tables elsewhere under `tables:`.'
        : `Did you mean '${near}'?`
    return new PipelineError('TABLE_OR_VIEW_NOT_FOUND', { relationName, suggestion })
  }

  #short(parts: readonly string[]): string {
    const { catalog, schema } = this.#spec
    if (parts.length < 3 || !sameName(parts[0]!, catalog)) return formatTableName(parts)
    return formatTableName(sameName(parts[1]!, schema) ? parts.slice(2) : parts.slice(1))
  }

  #collect(add: () => void): void {
    try {
      add()
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      this.failures.push(error)
    }
  }

  #addOutput(definition: OutputDefinition): void {
    const parts = this.#partsOf(definition)
    const dataset: Dataset = { definition, parts, identifier: formatTableName(parts), flows: [] }
    this.#add(dataset)
    if (definition.quarantine === undefined) return
    const quarantine = this.#quarantineOf(dataset, definition.quarantine)
    this.#add(quarantine)
    dataset.quarantine = quarantine
  }

  #partsOf({ kind, name, origin }: OutputDefinition): readonly string[] {
    if (kind === 'sink') return name
    if (kind !== 'temporary_view') return this.qualify(name, origin)
    if (name.length === 1) return name
    const viewName = formatTableName(name)
    const { position } = origin
    throw new PipelineError('MULTIPART_TEMPORARY_VIEW_NAME_NOT_SUPPORTED', { viewName }, { position })
  }

  #quarantineOf(dataset: Dataset, quarantine: string | true): Dataset {
    const { origin, isPrivate, kind } = dataset.definition
    const given =
      quarantine === true
        ? [...dataset.parts.slice(0, -1), `${dataset.parts.at(-1)}_quarantine`]
        : parseTableName(quarantine)
    const parts = this.qualify(given, origin)
    const definition: OutputDefinition = {
      kind: kind === 'materialized_view' ? kind : 'streaming_table',
      name: parts,
      comment: `Rows that the expectations of ${this.shortName(dataset)} rejected`,
      isPrivate,
      tableProperties: {},
      partitionColumns: [],
      columnComments: {},
      expectations: [],
      origin,
    }
    return { definition, parts, identifier: formatTableName(parts), flows: [], quarantineOf: dataset }
  }

  #add(dataset: Dataset): void {
    const { definition, identifier, parts } = dataset
    const other = this.#byKey.get(keyOf(parts)) ?? this.#namesake(parts)
    if (other === undefined) {
      this.#byKey.set(keyOf(parts), dataset)
      return
    }
    throw new PipelineError(
      'PIPELINE_DUPLICATE_IDENTIFIERS.DATASET',
      {
        datasetName: identifier,
        datasetType1: kindName(other.definition.kind),
        datasetType2: kindName(definition.kind),
        position1: formatPosition(other.definition.origin.position),
      },
      { position: definition.origin.position, dataset: identifier },
    )
  }

  /** A view and a table of the default schema that go by the same single name. */
  #namesake(parts: readonly string[]): Dataset | undefined {
    const { catalog, schema } = this.#spec
    if (parts.length === 1) return this.#byKey.get(keyOf([catalog, schema, parts[0]!]))
    const isDefault = sameName(parts[0]!, catalog) && sameName(parts[1]!, schema)
    return isDefault ? this.#byKey.get(keyOf(parts.slice(2))) : undefined
  }

  #addFlow(definition: FlowDefinition): void {
    const { position } = definition.origin
    const target = this.find(definition.target, definition.origin)
    if (target === undefined) {
      throw this.notFound(this.qualify(definition.target, definition.origin)).at({ position })
    }
    const hasOwnName = !definition.isDefault && definition.hasNameOfTarget !== true
    const parts = hasOwnName ? this.qualify([definition.name], definition.origin) : target.parts
    const flow: Flow = { definition, identifier: formatTableName(parts), target }
    const other = this.#flows.get(keyOf(parts))
    if (other === undefined) {
      this.#flows.set(keyOf(parts), flow)
      target.flows.push(flow)
      return
    }
    // The two definitions of one dataset have been reported as such.
    if (definition.isDefault && other.definition.isDefault) return
    if (other.target === target && appliesChanges(other) !== appliesChanges(flow)) {
      target.flows.push(flow)
      return
    }
    throw new PipelineError(
      'PIPELINE_DUPLICATE_IDENTIFIERS.FLOW',
      {
        flowName: flow.identifier,
        datasetName1: other.target.identifier,
        datasetName2: target.identifier,
        position1: formatPosition(other.definition.origin.position),
      },
      { position, dataset: target.identifier },
    )
  }
}

/** A flow that applies changes to a table which has a query of its own is refused as such, whatever it is called. */
function appliesChanges({ definition }: Flow): boolean {
  return definition.changes !== undefined
}

function keyOf(parts: readonly string[]): string {
  return formatTableName(parts).toLowerCase()
}
