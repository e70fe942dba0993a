export { Catalog, type CatalogOptions, isTable, type TableEntry } from './catalog.ts'
export { checkOwner, OWNER_PROPERTY } from './owner.ts'
export { formatName, nameKey, type TableName } from './table-name.ts'
