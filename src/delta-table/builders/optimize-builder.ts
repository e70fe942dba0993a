import { type OptimizeResult, optimize, reorgPurge, type TableContext } from '../../delta/index.ts'
import { type Condition, columnPath, conditionOf } from '../condition.ts'

interface Choices {
  readonly where?: Condition
  readonly full?: boolean
  readonly targetFileSize?: number
}

/** An OPTIMIZE that is being put together. Immutable: each method gives a new one. */
export class OptimizeBuilder {
  readonly #context: () => Promise<TableContext>
  readonly #choices: Choices

  constructor(context: () => Promise<TableContext>, choices: Choices = {}) {
    this.#context = context
    this.#choices = choices
  }

  /** Only partitions for which this holds: `"day >= '2026-01-01'"`. */
  where(condition: Condition): OptimizeBuilder {
    return new OptimizeBuilder(this.#context, { ...this.#choices, where: condition })
  }

  /** Of a clustered table: orders every file anew, not only those that are not ordered yet. */
  full(): OptimizeBuilder {
    return new OptimizeBuilder(this.#context, { ...this.#choices, full: true })
  }

  /** Size of the files that are made, in bytes. */
  targetFileSize(bytes: number): OptimizeBuilder {
    return new OptimizeBuilder(this.#context, { ...this.#choices, targetFileSize: bytes })
  }

  /**
   * Puts small files together; a clustered table's rows are ordered by its clustering columns.
   *
   * ```ts
   * const { metrics } = await orders.optimize().executeCompaction()
   * ```
   */
  async executeCompaction(): Promise<OptimizeResult> {
    return optimize(await this.#context(), this.#options())
  }

  /**
   * ZORDER BY: orders rows along a curve through these columns, so that reads by any of them skip files.
   *
   * ```ts
   * await orders.optimize().executeZOrderBy('customer_id', 'product_id')
   * ```
   */
  async executeZOrderBy(...columns: readonly string[]): Promise<OptimizeResult> {
    const zOrderBy = columns.map(columnPath)
    return optimize(await this.#context(), { ...this.#options(), zOrderBy })
  }

  /** REORG APPLY (PURGE): writes files that have deleted rows anew without them. */
  async executePurge(): Promise<OptimizeResult> {
    const { where } = this.#options()
    return reorgPurge(await this.#context(), where === undefined ? {} : { where })
  }

  #options() {
    const { where, ...others } = this.#choices
    return { ...others, ...(where !== undefined && { where: conditionOf(where) }) }
  }
}
