import type { StructType } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import type {
  NamedExpression,
  OutputColumn,
  ResolvedExpression,
  ResolvedProject,
  ResolvedRelation,
} from '../resolved.ts'
import type { Scope } from './scope.ts'

/** A relation with the names that stand above it. */
export interface Analyzed {
  readonly relation: ResolvedRelation
  readonly scope: Scope
  /**
   * Resolves expressions that the output alone does not satisfy: ORDER BY, HAVING and WHERE over columns or aggregates below
   * the select list. The new relation carries what they need as hidden columns.
   */
  readonly extend?: (expressions: readonly Expression[]) => Extended
}

export interface Extended {
  readonly analyzed: Analyzed
  readonly resolved: readonly ResolvedExpression[]
}

interface Shape {
  readonly output: readonly OutputColumn[]
  readonly hidden: readonly OutputColumn[]
  readonly schema: StructType
}

/** Output, hidden columns and schema of a node. `open` while a source below may have more columns. */
export function shape(
  output: readonly OutputColumn[],
  hidden: readonly OutputColumn[] = [],
  open = false,
): Shape {
  const fields = output.map(({ name, dataType, nullable, metadata }) => ({
    name,
    dataType,
    nullable,
    metadata: metadata ?? {},
  }))
  return { output, hidden, schema: { kind: 'struct', fields, ...(open ? { open } : {}) } }
}

/** The shape of a node that gives its input's rows. */
export function shapeOf(input: ResolvedRelation): Shape {
  return { output: input.output, hidden: input.hidden, schema: input.schema }
}

/** A projection; `hidden` expressions are computed too, below `*`. */
export function projectNode(
  input: ResolvedRelation,
  expressions: readonly NamedExpression[],
  hidden: readonly NamedExpression[] = [],
  open = false,
): ResolvedProject {
  return {
    kind: 'Project',
    input,
    expressions: [...expressions, ...hidden],
    ...shape(
      expressions.map((each) => each.column),
      hidden.map((each) => each.column),
      open,
    ),
  }
}
