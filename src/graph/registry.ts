import { AsyncLocalStorage } from 'node:async_hooks'
import { globalOnce } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { FlowDefinition, OutputDefinition } from './definition.ts'

/** What `.ts` and `.sql` files register their definitions with, while they load. */
export interface Registry {
  registerOutput(definition: OutputDefinition): void
  registerFlow(definition: FlowDefinition): void
}

/** All that the definition files of a pipeline define, in the order of the files. Nothing is resolved yet. */
export interface GraphDefinitions {
  readonly outputs: readonly OutputDefinition[]
  readonly flows: readonly FlowDefinition[]
}

/** A registry that keeps what it is given. */
export class GraphRegistry implements Registry, GraphDefinitions {
  readonly outputs: OutputDefinition[] = []
  readonly flows: FlowDefinition[] = []

  registerOutput(definition: OutputDefinition): void {
    this.outputs.push(definition)
  }

  registerFlow(definition: FlowDefinition): void {
    this.flows.push(definition)
  }
}

/** Kept under a global symbol, so that a second copy of the package registers with the same pipeline. */
const storage = globalOnce(Symbol.for('millrace.registry'), () => new AsyncLocalStorage<Registry>())

/** Runs the loading of definition files: what they define lands in `registry`, asynchronous steps included. */
export function withRegistry<Result>(registry: Registry, body: () => Result): Result {
  return storage.run(registry, body)
}

/** The registry of the load in progress. `element` is how the user would name what asks for it, for the error. */
export function activeRegistry(element: string): Registry {
  const registry = storage.getStore()
  if (registry !== undefined) return registry
  throw new PipelineError('GRAPH_ELEMENT_DEFINED_OUTSIDE_OF_DECLARATIVE_PIPELINE', { element })
}
