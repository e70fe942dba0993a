import { describe, expect, it } from 'vitest'
import { storageError } from '../../src/storage/storage-error.ts'

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall })

describe('errors of the file system', () => {
  it.each(['ENOSPC', 'EDQUOT'])('a full disk (%s) says what to do', (code) => {
    const error = storageError('write', '/warehouse/t/x', systemError(code, 'write'))
    expect(error).toMatchObject({ condition: 'STORAGE_FULL', parameters: { path: '/warehouse/t/x', code } })
    expect(error.hint).toMatch(/Free some space/)
  })

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
    'a file system without links (%s) is named',
    (code) => {
      expect(storageError('create', '/mnt/usb/t/x', systemError(code, 'link'))).toMatchObject({
        condition: 'STORAGE_WITHOUT_LINKS',
        parameters: { path: '/mnt/usb/t/x', code },
      })
    },
  )

  it('a refusal of another call is not blamed on links', () => {
    expect(storageError('write', '/root/x', systemError('EPERM', 'open'))).toMatchObject({
      condition: 'STORAGE_ERROR',
      parameters: { action: 'write', path: '/root/x', detail: 'EPERM: open' },
    })
  })

  it('keeps the cause, and conditions as they are', () => {
    const cause = systemError('EIO', 'read')
    const error = storageError('read', '/x', cause)
    expect(error.cause).toBe(cause)
    expect(storageError('read', '/x', error)).toBe(error)
  })
})
