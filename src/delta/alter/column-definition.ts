import { PipelineError } from '../../errors/index.ts'
import type { DataType, StructField } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import {
  CURRENT_DEFAULT,
  GENERATION_EXPRESSION,
  type Identity,
  identityMetadata,
} from '../schema/column-rules.ts'
import type { ColumnPath, ColumnPlace } from '../schema/edit-schema.ts'

/** A column as CREATE TABLE and ADD COLUMNS define it. */
export interface NewColumn {
  /** Its name, behind those of the structs that it stands in. */
  readonly path: ColumnPath
  readonly dataType: DataType
  /** Default: true. */
  readonly nullable?: boolean
  readonly comment?: string
  /** SQL text of DEFAULT. */
  readonly defaultValue?: string
  /** SQL text of GENERATED ALWAYS AS. */
  readonly generatedAs?: string
  readonly identity?: Omit<Identity, 'highWaterMark'>
  readonly place?: ColumnPlace
}

/**
 * The field of a schema that a definition stands for. Throws DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE,
 * DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP and DELTA_IDENTITY_COLUMNS_WITH_GENERATED_EXPRESSION.
 */
export function fieldOfColumn(column: NewColumn): StructField {
  const name = column.path.at(-1)!
  const { comment, defaultValue, generatedAs, identity } = column
  if (identity !== undefined) checkIdentity(column, identity)
  return {
    name,
    dataType: column.dataType,
    nullable: column.nullable ?? true,
    metadata: {
      ...(comment !== undefined && { comment }),
      ...(defaultValue !== undefined && { [CURRENT_DEFAULT]: defaultValue }),
      ...(generatedAs !== undefined && { [GENERATION_EXPRESSION]: generatedAs }),
      ...(identity !== undefined && identityMetadata({ ...identity, highWaterMark: undefined })),
    },
  }
}

function checkIdentity(column: NewColumn, { step }: Pick<Identity, 'step'>): void {
  if (column.dataType.kind !== 'long') {
    throw new PipelineError('DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE', {
      dataType: printSqlType(column.dataType),
    })
  }
  if (step === 0n) throw new PipelineError('DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP', {})
  if (column.generatedAs !== undefined || column.defaultValue !== undefined) {
    throw new PipelineError('DELTA_IDENTITY_COLUMNS_WITH_GENERATED_EXPRESSION', {
      columnName: column.path.join('.'),
    })
  }
}
