import { rowEncoder, valueEncoder } from '../../engine/encode-row.ts'
import type { EngineSession, Row } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import { attribute, call, filter, intLiteral, project } from '../../plan/build.ts'
import type { Relation, Rule, Scan } from '../../plan/relation.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import { STRING, type StructType, struct } from '../../types/data-type.ts'
import type { DatasetCounts } from '../stateful/batch.ts'
import { hasStream } from '../stateful/evaluate.ts'
import { isBroken, lineOfViolation } from './violating-line.ts'

/** A row that breaks a rule and where it came from, as far as that can be told. Rows are JSON objects. */
export interface ViolatingRow {
  readonly output: string
  /** Those of its columns that the rule looks at. */
  readonly values: string
  /** The row that the query made it of. */
  readonly input?: string
  /** The raw file that holds the row, as `_metadata.file_path` names it. */
  readonly file?: string
  /** From 1, for files in which each line is a row. */
  readonly line?: number
}

/** A row that breaks the rule. Its origin is known where the query hands the rows of one source on one by one. */
export async function violatingRow(
  session: EngineSession,
  counts: DatasetCounts,
  rule: Rule,
): Promise<ViolatingRow> {
  return (await tracedRow(session, counts, rule)) ?? rejectedRow(session, counts, rule)
}

async function rejectedRow(session: EngineSession, counts: DatasetCounts, rule: Rule): Promise<ViolatingRow> {
  const schema = outputSchema(counts)
  const broken = filter(counts.rejects!, isBroken(rule))
  const [row] = await session.rows(first(project(broken, attributesOf(schema))))
  return shown(row!, schema, rule)
}

/** Columns that carry a row's origin through the query. */
const INPUT = '__millrace_input'
const FILE = '__millrace_file'

async function tracedRow(
  session: EngineSession,
  counts: DatasetCounts,
  rule: Rule,
): Promise<ViolatingRow | undefined> {
  const traced = carryingOrigin(counts.input)
  if (traced === undefined) return undefined
  const schema = outputSchema(counts)
  const columns = [...attributesOf(schema), attribute(INPUT), attribute(FILE)]
  const row = await firstRow(session, project(filter(traced.relation, isBroken(rule)), columns))
  if (row === undefined) return undefined
  const [input, file] = row.slice(-2)
  const origin = typeof file === 'string' ? { file } : undefined
  const line = origin && (await lineOfViolation(session, counts.input, traced.leaf, origin.file, rule))
  return {
    ...shown(row, schema, rule),
    input: valueEncoder(traced.leaf.schema)(input!),
    ...origin,
    ...(line !== undefined && { line }),
  }
}

/** Undefined also where the origin cannot be carried after all: the search for it must not hide the violation. */
async function firstRow(session: EngineSession, query: Relation): Promise<Row | undefined> {
  try {
    return (await session.rows(first(query)))[0]
  } catch (error) {
    if (error instanceof PipelineError) return undefined
    throw error
  }
}

/** The query with the row of its source, and the row's file, beside each row; undefined where rows are not handed on alone. */
function carryingOrigin(relation: Relation): { relation: Relation; leaf: Scan } | undefined {
  switch (relation.kind) {
    case 'Scan':
      return { relation: withOrigin(relation), leaf: relation }
    case 'Project':
      return over(relation, (input) => ({
        ...relation,
        input,
        expressions: relation.expressions.some((each) => each.kind === 'UnresolvedStar')
          ? relation.expressions
          : [...relation.expressions, attribute(INPUT), attribute(FILE)],
      }))
    case 'Filter':
    case 'WithColumns':
    case 'WithColumnsRenamed':
    case 'Drop':
    case 'Expect':
    case 'Generate':
      return over(relation, (input) => ({ ...relation, input }))
    case 'SubqueryAlias':
      return relation.columns === undefined ? over(relation, (input) => ({ ...relation, input })) : undefined
    case 'Join':
      return overJoin(relation)
    default:
      return undefined
  }
}

function over(relation: { readonly input: Relation }, rebuilt: (input: Relation) => Relation) {
  const below = carryingOrigin(relation.input)
  return below && { relation: rebuilt(below.relation), leaf: below.leaf }
}

/** The stream's row is the origin, not what it was joined with. */
function overJoin(join: Extract<Relation, { kind: 'Join' }>) {
  const isLeft = hasStream(join.left)
  if (isLeft === hasStream(join.right)) return undefined
  const below = carryingOrigin(isLeft ? join.left : join.right)
  if (below === undefined) return undefined
  const side = isLeft ? { left: below.relation } : { right: below.relation }
  return { relation: { ...join, ...side }, leaf: below.leaf }
}

function withOrigin(scan: Scan): Relation {
  const hasFile = scan.hidden?.fields.some((each) => each.name === '_metadata') === true
  const file = hasFile
    ? attribute('_metadata', 'file_path')
    : ({ kind: 'Literal', value: null, dataType: STRING } as const)
  return {
    kind: 'WithColumns',
    input: scan,
    columns: [
      { name: INPUT, expression: call('struct', ...attributesOf(scan.schema)) },
      { name: FILE, expression: file },
    ],
  }
}

function outputSchema({ rejects }: DatasetCounts): StructType {
  return struct(rejects!.schema.fields.slice(0, -1))
}

function attributesOf({ fields }: StructType) {
  return fields.map((each) => attribute(each.name))
}

function first(query: Relation): Relation {
  return { kind: 'Limit', input: query, limit: intLiteral(1) }
}

function shown(row: Row, schema: StructType, rule: Rule): Pick<ViolatingRow, 'output' | 'values'> {
  const named = new Set<string>()
  for (const node of walkExpression(rule.condition)) {
    if (node.kind === 'UnresolvedAttribute') for (const part of node.parts) named.add(part.toLowerCase())
  }
  const looked = schema.fields.map((each) => named.has(each.name.toLowerCase()))
  return {
    output: rowEncoder(schema)(row),
    values: rowEncoder(struct(schema.fields.filter((_, i) => looked[i])))(row.filter((_, i) => looked[i])),
  }
}
