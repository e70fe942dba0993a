const UNITS = ['', 'k', 'm', 'g', 't']

/** Bytes of `1048576`, `10g`, `500 MB`, `8 KiB`; undefined for other texts. Units are powers of 1024, as in Spark. */
export function parseByteSize(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([kmgt]?)i?(?:b|bytes?)?\s*$/i.exec(text)
  return match === null ? undefined : Number(match[1]) * 1024 ** UNITS.indexOf(match[2]!.toLowerCase())
}
