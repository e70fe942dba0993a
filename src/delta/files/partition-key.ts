import { fieldNamed } from '../../types/data-type.ts'
import type { AddFile } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'
import { physicalNaming } from '../schema/physical-name.ts'
import { scalarOfText } from './skipping/scalar-of-text.ts'

/**
 * A text that files of one partition have in common, and no others: writers print values differently (`1.0` and `1`, times
 * with a zone and without), and an empty text is null (PROTOCOL.md, Partition Value Serialization).
 */
export function partitionKeyOf(
  metadata: Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>,
): (file: Pick<AddFile, 'partitionValues'>) => string {
  const nameOf = physicalNaming(metadata)
  const fields = metadata.partitionColumns.map((name) => fieldNamed(metadata.schema, name)!)
  return ({ partitionValues }) =>
    JSON.stringify(
      fields.map((field) => {
        const text = partitionValues[nameOf(field)] ?? partitionValues[field.name]
        return text == null || text === '' ? null : String(scalarOfText(text, field.dataType) ?? text)
      }),
    )
}
