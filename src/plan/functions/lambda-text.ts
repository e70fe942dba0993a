/** A printed lambda in two: `lambda x, i` and its body. */
export function lambdaParts(text: string): { readonly head: string; readonly body: string } {
  const colon = text.indexOf(':')
  return { head: text.slice(0, colon), body: text.slice(colon + 1).trim() }
}

/** The names of a printed lambda's parameters. */
export function lambdaParameters(text: string): readonly string[] {
  return lambdaParts(text)
    .head.replace(/^lambda\s+/, '')
    .split(/,\s*/)
}
