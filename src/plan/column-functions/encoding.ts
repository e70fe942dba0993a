import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Bytes, hashes and URLs as text, and back.

/** `base64(binary)`: in base 64 */
export function base64(binary: ColumnOrName): Column {
  return call('base64', columnOf(binary))
}

/** `bit_length(value)`: the number of bits */
export function bitLength(value: ColumnOrName): Column {
  return call('bit_length', columnOf(value))
}

/** `crc32(binary)`: the checksum CRC-32 */
export function crc32(binary: ColumnOrName): Column {
  return call('crc32', columnOf(binary))
}

/** `decode(binary, charset)`: the text of bytes */
export function decode(binary: ColumnOrName, charset: ColumnOrLiteral): Column {
  return call('decode', columnOf(binary), charset)
}

/** `encode(text, charset)`: the bytes of a text */
export function encode(text: ColumnOrName, charset: ColumnOrLiteral): Column {
  return call('encode', columnOf(text), charset)
}

/** `hex(value)`: a number, text or binary in base 16 */
export function hex(value: ColumnOrName): Column {
  return call('hex', columnOf(value))
}

/** `md5(binary)`: the hash MD5, in hex */
export function md5(binary: ColumnOrName): Column {
  return call('md5', columnOf(binary))
}

/** `octet_length(value)`: the number of bytes */
export function octetLength(value: ColumnOrName): Column {
  return call('octet_length', columnOf(value))
}

/** `parse_url(url, part[, key])`: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL */
export function parseUrl(url: ColumnOrName, part: ColumnOrLiteral, key?: ColumnOrLiteral): Column {
  return call('parse_url', columnOf(url), part, key)
}

/** `sha1(binary)`: the hash SHA-1, in hex */
export function sha1(binary: ColumnOrName): Column {
  return call('sha1', columnOf(binary))
}

/** `sha2(binary, bits)`: the hash SHA-2 of 256 bits, in hex */
export function sha2(binary: ColumnOrName, bits: ColumnOrLiteral): Column {
  return call('sha2', columnOf(binary), bits)
}

/** `to_binary(text[, format])`: the bytes that a text is in hex, utf-8 or base64 */
export function toBinary(text: ColumnOrName, format?: ColumnOrLiteral): Column {
  return call('to_binary', columnOf(text), format)
}

/** `try_to_binary(text[, format])`: the bytes that a text is, or NULL */
export function tryToBinary(text: ColumnOrName, format?: ColumnOrLiteral): Column {
  return call('try_to_binary', columnOf(text), format)
}

/** `unbase64(text)`: the bytes that a text in base 64 is */
export function unbase64(text: ColumnOrName): Column {
  return call('unbase64', columnOf(text))
}

/** `unhex(text)`: the bytes that a text in base 16 is, or NULL */
export function unhex(text: ColumnOrName): Column {
  return call('unhex', columnOf(text))
}

/** `url_decode(text)`: a part of a URL as it was */
export function urlDecode(text: ColumnOrName): Column {
  return call('url_decode', columnOf(text))
}

/** `try_url_decode(text)`: a part of a URL as it was, or NULL */
export function tryUrlDecode(text: ColumnOrName): Column {
  return call('try_url_decode', columnOf(text))
}

/** `url_encode(text)`: as a part of a URL */
export function urlEncode(text: ColumnOrName): Column {
  return call('url_encode', columnOf(text))
}
