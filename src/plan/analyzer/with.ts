import type { With } from '../relation.ts'
import type { ResolvedDefinition } from '../resolved.ts'
import { type Analyzed, shapeOf } from './node.ts'
import { analyzeRelation, renamedColumns } from './relation.ts'
import type { Definition, QueryState } from './state.ts'

/** Common table expressions: each is analysed once and sees those before it; a name hides outer ones. */
export function analyzeWith(node: With, state: QueryState): Analyzed {
  const definitions = new Map(state.definitions)
  const resolved: ResolvedDefinition[] = []
  for (const { name, columns, query } of node.definitions) {
    const inner = analyzeRelation(query, { ...state, definitions })
    const analyzed = columns === undefined ? inner : renamedColumns(inner, columns, name)
    const { relation } = analyzed
    const id = state.ids.next++
    const definition: Definition = { id, name, output: relation.output, schema: relation.schema }
    definitions.set(name.toLowerCase(), definition)
    resolved.push({ id, name, query: relation })
  }
  const input = analyzeRelation(node.input, { ...state, definitions })
  return {
    relation: {
      kind: 'With',
      definitions: resolved,
      input: input.relation,
      ...shapeOf(input.relation),
    },
    scope: input.scope,
  }
}
