import { type DatasetOrName, partsOf } from '../dataframe/index.ts'
import type { Read } from '../plan/relation.ts'
import {
  type AutoCdcOptions,
  autoCdcSpec,
  checkAutoCdcOptions,
  checkSnapshotOptions,
  type SnapshotFlowOptions,
  snapshotSpec,
} from './auto-cdc-options.ts'
import { textOptions } from './dataset-options.ts'
import { locating, originHere } from './define-here.ts'
import type { DefinitionOrigin, FlowDefinition } from './definition.ts'
import { activeRegistry } from './registry.ts'

/**
 * Applies change events to a streaming table: each event is an upsert, a delete or a truncate of the row that its keys name, and
 * counts by its sequence, whenever it arrives. `target` is a streaming table without a query, which more such flows may write.
 *
 * `CREATE FLOW name AS AUTO CDC INTO target FROM STREAM source KEYS (...) SEQUENCE BY ...`
 */
export function autoCdcFlow<Columns extends string>(options: AutoCdcOptions<Columns>): void {
  const origin = originHere()
  locating(origin, () => {
    const registry = activeRegistry('autoCdcFlow')
    checkAutoCdcOptions(options)
    const { once = false, source } = options
    const flow = flowOf(options, once, origin)
    registry.registerFlow({
      ...flow,
      query: () => readOf(source, !once, origin),
      changes: { kind: 'auto_cdc', spec: autoCdcSpec(flow.name, options, origin.position) },
    })
  })
}

/**
 * Makes a streaming table equal to snapshots of a table elsewhere, one after the other: a key that a snapshot lacks is deleted, a
 * row that differs is changed. `target` is a streaming table without a query, which nothing else writes.
 *
 * `CREATE FLOW name AS AUTO CDC INTO target FROM SNAPSHOT (query) [WITH VERSION (query)] KEYS (...)`
 */
export function autoCdcFromSnapshotFlow<Columns extends string>(options: SnapshotFlowOptions<Columns>): void {
  const origin = originHere()
  locating(origin, () => {
    const registry = activeRegistry('autoCdcFromSnapshotFlow')
    checkSnapshotOptions(options)
    const { source } = options
    const flow = flowOf(options, false, origin)
    const changes = { kind: 'auto_cdc_snapshot', spec: snapshotSpec(flow.name, options) } as const
    registry.registerFlow(
      typeof source === 'function'
        ? { ...flow, changes: { ...changes, source: { kind: 'function', next: source } } }
        : {
            ...flow,
            query: () => readOf(source, false, origin),
            changes: { ...changes, source: { kind: 'periodic' } },
          },
    )
  })
}

function flowOf(
  options: Pick<AutoCdcOptions, 'target' | 'name' | 'comment' | 'configuration'>,
  once: boolean,
  origin: DefinitionOrigin,
): FlowDefinition {
  const target = partsOf(options.target)
  return {
    name: options.name ?? target.at(-1)!,
    target,
    once,
    ...(options.comment === undefined ? {} : { comment: options.comment }),
    configuration: textOptions(options.configuration),
    isDefault: false,
    hasNameOfTarget: options.name === undefined,
    origin,
  }
}

function readOf(source: DatasetOrName, isStreaming: boolean, { position }: DefinitionOrigin): Read {
  return { kind: 'Read', name: partsOf(source), isStreaming, options: {}, position }
}
