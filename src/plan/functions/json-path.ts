const STEP = /^(?:\.([^.[\]]+)|\[(\d+)\]|\[(\*)\]|\.(\*)|\['([^']*)'\])/

/**
 * A path of Spark's get_json_object in DuckDB's syntax: `$.a['b c'][0]` is `$."a"."b c"[0]`.
 * Undefined for text that is no path, for which Spark answers NULL.
 */
export function duckdbJsonPath(path: string): string | undefined {
  if (!path.startsWith('$')) return undefined
  let result = '$'
  for (let rest = path.slice(1); rest !== ''; ) {
    const step = STEP.exec(rest)
    if (step === null) return undefined
    const [text, name, index, anyItem, anyMember, quoted] = step
    if (index !== undefined) result += `[${index}]`
    else if (anyItem !== undefined || anyMember !== undefined) result += '[*]'
    else result += memberStep(name ?? quoted!)
    rest = rest.slice(text.length)
  }
  return result
}

/** The step to a member of an object, whatever its name. */
export function memberStep(name: string): string {
  return `."${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
