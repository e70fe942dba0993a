import type { Expression } from '../plan/expression.ts'
import { fieldNamed, type StructField, type StructType, struct } from '../types/data-type.ts'
import { sameName } from '../types/same-name.ts'
import type { AutoCdc } from './resolve.ts'
import { type ColumnRules, shapeColumns } from './shape.ts'
import type { AutoCdcSpec } from './spec.ts'
import { recordedTracking } from './state.ts'

/**
 * Columns of a table that its versions are told apart by, as the properties of the hidden state say, and that the flow has no
 * more. SCD 1 has no versions.
 */
export function formerColumns(
  cdc: AutoCdc,
  properties: Readonly<Record<string, string>>,
  { schema, name }: { readonly schema: StructType; readonly name: string },
): readonly StructField[] {
  if (cdc.scdType === 1) return []
  const { tracked } = recordedTracking(properties, name)
  return schema.fields.filter(
    (each) =>
      tracked.some((other) => sameName(other, each.name)) &&
      fieldNamed(cdc.targetSchema, each.name) === undefined,
  )
}

/**
 * The flow with its `formerColumns`, so that versions that differ in them alone stay apart. Each event brings what `broughtTo`
 * says, unless the flow ignores NULLs there or the event lists what it supplies.
 */
export function withFormerColumns(
  cdc: AutoCdc,
  fields: readonly StructField[],
  broughtTo: (field: StructField) => Expression,
): AutoCdc {
  if (fields.length === 0) return cdc
  const { columns, leaves } = shapeColumns(
    fields,
    (name) => ({
      ...formerRules(cdc.spec, name),
      former: broughtTo(fields.find((each) => each.name === name)!),
    }),
    cdc.leaves,
  )
  return {
    ...cdc,
    columns: [...cdc.columns, ...columns],
    leaves,
    isSparse: leaves.some((each) => each.isSparse),
    targetSchema: struct([...cdc.targetSchema.fields, ...fields]),
  }
}

/** No list of a flow names a column that it does not have: it ignores NULLs there where it does in general. */
function formerRules({ ignoreNull, amongFlows, columnsToUpdate }: AutoCdcSpec, name: string): ColumnRules {
  const isIgnored = ignoreNull !== undefined && ignoreNull.kind !== 'only'
  const isAmong = (names: readonly string[] | undefined): boolean =>
    names === undefined ? isIgnored : names.some((each) => sameName(each, name))
  const isIgnoredBySome = isAmong(amongFlows?.ignoredBySome)
  return {
    ignoresNull: isIgnored && isIgnoredBySome,
    isNullLeftOut: isAmong(amongFlows?.ignoredByAll),
    isSparse: isIgnoredBySome || (amongFlows?.isListed ?? columnsToUpdate !== undefined),
    isSplit: isIgnoredBySome,
    isTracked: true,
  }
}
