import { partsOf } from '../dataframe/index.ts'
import { type AutoCdcOptions, autoCdcSpec, checkAutoCdcOptions } from './auto-cdc-options.ts'
import { textOptions } from './dataset-options.ts'
import { locating, originHere } from './define-here.ts'
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
    const { once = false } = options
    const target = partsOf(options.target)
    const name = options.name ?? target.at(-1)!
    const source = partsOf(options.source)
    const { position } = origin
    registry.registerFlow({
      name,
      target,
      once,
      ...(options.comment === undefined ? {} : { comment: options.comment }),
      query: () => ({ kind: 'Read', name: source, isStreaming: !once, options: {}, position }),
      configuration: textOptions(options.configuration),
      isDefault: false,
      hasNameOfTarget: options.name === undefined,
      changes: { kind: 'auto_cdc', spec: autoCdcSpec(name, options) },
      origin,
    })
  })
}
