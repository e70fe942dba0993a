import { describe, expect, test } from 'vitest'
import {
  createUpdate,
  datasetDefinition,
  eventId,
  flowDefinition,
  flowProgress,
  operationProgress,
  planningInformation,
  runtimeDetails,
  streamProgress,
  updateProgress,
  userAction,
} from '../../src/event-log/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'

const FLOW = { flowName: 'silver_orders', dataset: 'main.shop.silver_orders' }
const BATCH = { ...FLOW, flowId: 'f-1', batchId: 7 }
const ORIGIN = { flow_name: 'silver_orders', dataset_name: 'main.shop.silver_orders' }

describe('events of an update', () => {
  test('create_update tells what was asked', () => {
    const config = { name: 'shop' }
    const draft = createUpdate({ updateId: 'ab12cd34', cause: 'USER_ACTION', runAs: 'ann', config })
    expect(draft).toMatchObject({
      event_type: 'create_update',
      message: 'Update ab12cd started by USER_ACTION.',
      details: {
        run_as: 'ann',
        cause: 'USER_ACTION',
        config: { name: 'shop' },
        refresh_selection: [],
        full_refresh_selection: [],
        full_refresh: false,
        validate_only: false,
      },
    })
  })

  test('update_progress has the state in its message, where clients look for it', () => {
    expect(updateProgress({ updateId: 'ab12cd34', state: 'RUNNING' })).toEqual({
      event_type: 'update_progress',
      level: 'INFO',
      message: 'Update ab12cd is RUNNING.',
      details: { state: 'RUNNING' },
    })
  })

  test('update_progress FAILED carries the error', () => {
    const draft = updateProgress({ updateId: 'u', state: 'FAILED', error: new Error('no') })
    expect(draft).toMatchObject({ level: 'ERROR', error: { fatal: true, exceptions: [{ message: 'no' }] } })
  })

  test('user_action and runtime_details', () => {
    expect(userAction('STOP', 'ann').details).toEqual({ action: 'STOP', user_name: 'ann' })
    expect(runtimeDetails({ millrace: '0.1.0', node: '24.0.0' }).details).toEqual({
      runtime_version: { millrace_version: '0.1.0', node_version: '24.0.0', engine_version: null },
    })
  })
})

describe('events of the graph', () => {
  test('dataset_definition lists the expectations', () => {
    const draft = datasetDefinition({
      dataset: 'main.shop.silver_orders',
      type: 'streaming_table',
      flowCount: 2,
      expectations: [{ name: 'valid_id', condition: 'order_id IS NOT NULL', action: 'drop' }],
    })
    expect(draft).toMatchObject({
      origin: { dataset_name: 'main.shop.silver_orders' },
      details: {
        dataset_type: 'STREAMING_TABLE',
        num_flows: 2,
        expectations: [{ name: 'valid_id', expression: 'order_id IS NOT NULL', action: 'DROP' }],
      },
    })
  })

  test('flow_definition tells lineage and the SQL that runs', () => {
    const draft = flowDefinition({
      flowName: 'silver_orders',
      flowId: 'f-1',
      flowType: 'APPEND',
      outputDataset: 'main.shop.silver_orders',
      inputs: [{ name: 'main.shop.bronze_orders', kind: 'DATASET' }],
      schema: struct([field('order_id', LONG)]),
      schemaJson: '{}',
      explainText: 'SELECT 1',
      language: 'sql',
      once: false,
      configuration: {},
    })
    expect(draft).toEqual({
      event_type: 'flow_definition',
      level: 'INFO',
      message: "Flow 'silver_orders' defined as APPEND.",
      origin: { ...ORIGIN, flow_id: 'f-1' },
      details: {
        input_datasets: [{ name: 'main.shop.bronze_orders', kind: 'DATASET' }],
        output_dataset: 'main.shop.silver_orders',
        explain_text: 'SELECT 1',
        schema_json: '{}',
        schema: [{ name: 'order_id', data_type: { kind: 'long' }, nullable: true }],
        flow_type: 'APPEND',
        spark_conf: {},
        language: 'SQL',
        once: false,
      },
    })
  })
})

describe('events of a flow', () => {
  test('flow_progress of a batch has counts and an id that recovery gives again', () => {
    const draft = flowProgress({
      ...BATCH,
      status: 'RUNNING',
      metrics: { num_output_rows: 95n, num_quarantined_rows: 5, num_duplicates_dropped: undefined },
      dataQuality: {
        droppedRecords: 5n,
        expectations: [{ name: 'positive_qty', dataset: 'main.shop.orders_clean', passed: 95n, failed: 5n }],
      },
    })
    expect(draft).toEqual({
      id: eventId('flow_progress', 'f-1', 'main.shop.silver_orders', 7, 'RUNNING'),
      event_type: 'flow_progress',
      level: 'METRICS',
      message: "Flow 'silver_orders' is RUNNING (batch 7).",
      origin: { ...ORIGIN, flow_id: 'f-1', batch_id: 7 },
      details: {
        status: 'RUNNING',
        metrics: { num_output_rows: 95, num_quarantined_rows: 5 },
        data_quality: {
          dropped_records: 5,
          expectations: [
            {
              name: 'positive_qty',
              dataset: 'main.shop.orders_clean',
              passed_records: 95,
              failed_records: 5,
            },
          ],
        },
      },
    })
  })

  test.each([
    ['QUEUED', 'INFO'],
    ['COMPLETED', 'INFO'],
    ['SKIPPED', 'WARN'],
    ['FAILED', 'ERROR'],
  ] as const)('flow_progress %s has level %s and no id of its own', (status, level) => {
    const draft = flowProgress({ ...FLOW, status, reason: 'Because.' })
    expect(draft).toEqual({
      event_type: 'flow_progress',
      level,
      message: `Flow 'silver_orders' is ${status}. Because.`,
      origin: ORIGIN,
      details: { status },
    })
  })

  test('planning_information names the technique, the reasons and the versions read', () => {
    const draft = planningInformation({
      ...FLOW,
      technique: 'COMPLETE_RECOMPUTE',
      issues: [{ type: 'DATA_HAS_CHANGED', detail: 'bronze_orders changed' }],
      sources: [{ table: 'main.shop.bronze_orders', version: 5, previousVersion: 4 }],
    })
    expect(draft.message).toBe(
      "Flow 'silver_orders' has been planned as COMPLETE_RECOMPUTE: bronze_orders changed.",
    )
    expect(draft.details).toEqual({
      technique_information: [
        {
          maintenance_type: 'MAINTENANCE_TYPE_COMPLETE_RECOMPUTE',
          is_chosen: true,
          is_applicable: true,
          incrementalization_issues: [{ issue_type: 'DATA_HAS_CHANGED', message: 'bronze_orders changed' }],
        },
      ],
      source_table_information: [{ table_name: 'main.shop.bronze_orders', version: 5, previous_version: 4 }],
      target_table_information: { table_name: 'main.shop.silver_orders' },
    })
  })

  test('operation_progress tells of a listing', () => {
    const draft = operationProgress({
      ...FLOW,
      type: 'AUTO_LOADER_LISTING',
      status: 'COMPLETED',
      durationMs: 12,
      sourcePath: 'data/orders',
      filesListed: 340,
    })
    expect(draft.details).toEqual({
      type: 'AUTO_LOADER_LISTING',
      status: 'COMPLETED',
      duration_ms: 12,
      auto_loader_details: { source_path: 'data/orders', num_files_listed: 340 },
    })
  })

  test('stream_progress holds its payload as text', () => {
    const draft = streamProgress(BATCH, { batchId: 7 })
    expect(draft.id).toBe(eventId('stream_progress', 'f-1', 7))
    expect(draft.details).toEqual({ progress_json: '{"batchId":7}' })
  })
})
