import { PipelineError } from '../../errors/index.ts'
import { typedCall } from '../../plan/analyzer/signature-match.ts'
import { functionNamed } from '../../plan/functions/index.ts'
import type { DuckdbForm, NativeAggregate, PrintedCall } from '../../plan/functions/signature.ts'
import type { ResolvedCall, ResolvedExpression } from '../../plan/resolved.ts'
import { printCast } from './cast.ts'
import { type Place, printExpression, printLambda, printSortOrder } from './expression.ts'
import { quoteText } from './identifier.ts'
import { operand } from './operand.ts'
import { duckdbType } from './types.ts'

/** A function call by its form. `over` is the text of an OVER clause around it. */
export function printCall(call: ResolvedCall, place: Place, over = ''): string {
  const form = formOf(call)
  const args = call.arguments.map((each) => printArgument(each, call, form, place))
  const sql = printForm(form, args, call, place, over)
  // DuckDB forgets the type of an operation on a constant NULL.
  const isOnNull = call.arguments.some((each) => each.kind === 'Literal' && each.value === null)
  const isCast = ('cast' in form && form.cast) || (isOnNull && form.kind !== 'generator')
  return isCast ? `CAST(${sql} AS ${duckdbType(call.dataType)})` : sql
}

function formOf(call: ResolvedCall): DuckdbForm {
  const definition = functionNamed(call.function)
  const form = definition?.signatures?.[call.signature]?.duckdb ?? definition?.duckdb
  if (form !== undefined) return form
  throw new PipelineError('INTERNAL_ERROR', { detail: `${call.function} has no form in DuckDB` })
}

function printForm(
  form: DuckdbForm,
  args: readonly string[],
  call: ResolvedCall,
  place: Place,
  over: string,
): string {
  switch (form.kind) {
    case 'native':
      return nativeCall(call, place, over)(form.name, args)
    case 'template':
      return fill(form.text, args)
    case 'macro':
      return `millrace.${form.name}(${args.join(', ')})`
    case 'scalar':
    case 'generator':
      return form.print(args, printedCall(call, place, over))
    case 'aggregate':
      return form.print(args, printedCall(call, place, over), nativeCall(call, place, over))
  }
}

function fill(text: string, args: readonly string[]): string {
  return text.replace(/\{(\d*)(\*?)\}/g, (_, index: string, rest: string) =>
    rest === '' ? args[Number(index)]! : args.slice(Number(index || '0')).join(', '),
  )
}

/** A function of DuckDB's own under the call's DISTINCT, ORDER BY, IGNORE NULLS, FILTER and OVER. */
function nativeCall(call: ResolvedCall, place: Place, over: string): NativeAggregate {
  return (name, args, options = {}) => {
    const distinct = (options.distinct ?? call.distinct) ? 'DISTINCT ' : ''
    const written = call.orderBy?.map((each) => printSortOrder(each, place)).join(', ')
    const orderBy = options.orderBy ?? written
    const order = orderBy === undefined ? '' : ` ORDER BY ${orderBy}`
    const nulls = call.nulls === 'ignore' && over !== '' ? ' IGNORE NULLS' : ''
    const own = call.filter === undefined ? undefined : printExpression(call.filter, place)
    const conditions = [own, options.where].filter((each) => each !== undefined)
    const filter =
      conditions.length === 0
        ? ''
        : ` FILTER (WHERE ${conditions.length === 1 ? conditions[0] : conditions.map(operand).join(' AND ')})`
    const tail = over === '' ? '' : ` ${over}`
    const sql = `${name}(${distinct}${args.join(', ')}${order}${nulls})${filter}${tail}`
    return filter === '' && tail === '' ? sql : `(${sql})`
  }
}

function printedCall(call: ResolvedCall, place: Place, over: string): PrintedCall {
  const { printer } = place
  return {
    ...typedCall(call.arguments, printer.context.ansi),
    dataType: call.dataType,
    call,
    isWindowed: over !== '',
    timestampMicros: printer.context.timestampMicros,
    typeName: duckdbType,
    quote: quoteText,
    lambda: (index, parameters) => {
      const argument = call.arguments[index]
      if (argument?.kind === 'Lambda') return printLambda(argument, place, parameters)
      throw new PipelineError('INTERNAL_ERROR', { detail: `${call.function} has no lambda at ${index}` })
    },
    castText: (sql, from, to, mode) => printCast(sql, from, to, mode, printer.freshName),
  }
}

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>='])
const PREDICATES = new Set([...COMPARISONS, '<=>', 'isnull', 'isnotnull', 'in', 'like', 'ilike', 'between'])
const PRODUCTS = new Set(['*', '/', '%'])
const SUMS = new Set(['+', '-'])

/** An argument: in brackets where the form may put an operator beside it and its own binds less tightly. */
function printArgument(
  argument: ResolvedExpression,
  call: ResolvedCall,
  form: DuckdbForm,
  place: Place,
): string {
  // A printing form asks for its lambdas itself: nested ones would be printed twice at each level.
  if (argument.kind === 'Lambda' && 'print' in form) return ''
  const sql = printExpression(argument, place)
  if (form.kind === 'native' || form.kind === 'macro' || argument.kind === 'Lambda') return sql
  if (argument.kind === 'Call' && bindsTighter(argument, call)) return sql
  return operand(sql)
}

function bindsTighter(inner: ResolvedCall, outer: ResolvedCall): boolean {
  const [name, around] = [inner.function, outer.function]
  if (around === 'and') return PREDICATES.has(name) || name === 'and'
  if (around === 'or') return PREDICATES.has(name) || name === 'or' || name === 'and'
  if (COMPARISONS.has(around)) return PRODUCTS.has(name) || SUMS.has(name)
  if (outer.dataType.kind === 'decimal' || inner.dataType.kind === 'decimal') return false
  if (SUMS.has(around)) return PRODUCTS.has(name) || (SUMS.has(name) && outer.arguments[0] === inner)
  return around === '*' && name === '*' && outer.arguments[0] === inner
}
