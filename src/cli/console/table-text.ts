/** What a user names a table by, as SQL: a path (anything with a slash in it) becomes `` delta.`path` ``. */
export function tableText(table: string): string {
  const isPath = /[\\/]/.test(table) && !table.includes('`')
  return isPath ? `delta.\`${table}\`` : table
}
