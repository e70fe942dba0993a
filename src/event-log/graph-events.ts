import type { StructType } from '../types/data-type.ts'
import type { EventDraft } from './event.ts'

export interface DatasetDefinitionEvent {
  /** Qualified name. */
  readonly dataset: string
  readonly type: 'streaming_table' | 'materialized_view' | 'temporary_view' | 'persisted_view'
  readonly flowCount: number
  readonly expectations: readonly {
    readonly name: string
    readonly condition: string
    readonly action: 'warn' | 'drop' | 'fail'
  }[]
}

const DATASET_TYPES = {
  streaming_table: 'STREAMING_TABLE',
  materialized_view: 'MATERIALIZED_VIEW',
  temporary_view: 'VIEW',
  persisted_view: 'VIEW',
} as const

/** A sink of the resolved graph. */
export function sinkDefinition(sink: {
  readonly name: string
  readonly format: string
  readonly options: Readonly<Record<string, string>>
}): EventDraft {
  return {
    event_type: 'sink_definition',
    level: 'INFO',
    message: `Sink '${sink.name}' defined as ${sink.format}.`,
    origin: { dataset_name: sink.name, sink_name: sink.name },
    details: { format: sink.format, options: sink.options },
  }
}

const ACTIONS = { warn: 'ALLOW', drop: 'DROP', fail: 'FAIL' } as const

/** A dataset of the resolved graph with its expectations. */
export function datasetDefinition(definition: DatasetDefinitionEvent): EventDraft {
  return {
    event_type: 'dataset_definition',
    level: 'INFO',
    message: `Dataset '${definition.dataset}' defined as ${DATASET_TYPES[definition.type]}.`,
    origin: { dataset_name: definition.dataset },
    details: {
      dataset_type: DATASET_TYPES[definition.type],
      num_flows: definition.flowCount,
      expectations: definition.expectations.map(({ name, condition, action }) => ({
        name,
        expression: condition,
        action: ACTIONS[action],
      })),
    },
  }
}

export interface FlowDefinitionEvent {
  readonly flowName: string
  /** Only flows with a checkpoint have one. */
  readonly flowId?: string
  readonly flowType: 'APPEND' | 'COMPLETE' | 'CHANGE' | 'SNAPSHOT_CHANGE' | 'MATERIALIZED_VIEW' | 'VIEW'
  /** Qualified name of the dataset that the flow writes. */
  readonly outputDataset: string
  /** What its query reads: datasets and tables by qualified name, files by path. */
  readonly inputs: readonly { readonly name: string; readonly kind: 'DATASET' | 'TABLE' | 'FILES' }[]
  readonly schema: StructType
  /** JSON of `schema` in Delta's form. */
  readonly schemaJson: string
  /** The SQL that runs. */
  readonly explainText: string
  readonly language: 'typescript' | 'sql'
  readonly once: boolean
  readonly comment?: string
  readonly configuration: Readonly<Record<string, string>>
}

/** A flow of the resolved graph: what it reads, what it writes, and the SQL that does it. */
export function flowDefinition(flow: FlowDefinitionEvent): EventDraft {
  return {
    event_type: 'flow_definition',
    level: 'INFO',
    message: `Flow '${flow.flowName}' defined as ${flow.flowType}.`,
    origin: {
      flow_name: flow.flowName,
      dataset_name: flow.outputDataset,
      ...(flow.flowId !== undefined && { flow_id: flow.flowId }),
    },
    details: {
      input_datasets: flow.inputs,
      output_dataset: flow.outputDataset,
      explain_text: flow.explainText,
      schema_json: flow.schemaJson,
      schema: flow.schema.fields.map(({ name, dataType, nullable }) => ({
        name,
        data_type: dataType,
        nullable,
      })),
      flow_type: flow.flowType,
      ...(flow.comment !== undefined && { comment: flow.comment }),
      spark_conf: flow.configuration,
      language: flow.language === 'sql' ? 'SQL' : 'TYPESCRIPT',
      once: flow.once,
    },
  }
}
